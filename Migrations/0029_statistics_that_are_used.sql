-- ANALYZE samples every column, sorts what it finds and compares texts by the rules of a language. How the values of these
-- columns are spread decides about no plan: keys are looked up through their index, names are searched for what they
-- contain, documents are read whole.

ALTER TABLE tracking.experiments
    ALTER COLUMN key SET STATISTICS 0,
    ALTER COLUMN name SET STATISTICS 0,
    ALTER COLUMN owner_name SET STATISTICS 0,
    ALTER COLUMN error SET STATISTICS 0,
    ALTER COLUMN client SET STATISTICS 0,
    ALTER COLUMN start_token SET STATISTICS 0,
    ALTER COLUMN file_name SET STATISTICS 0,
    ALTER COLUMN file_path SET STATISTICS 0;

ALTER TABLE tracking.experiment_values
    ALTER COLUMN parameters SET STATISTICS 0,
    ALTER COLUMN others SET STATISTICS 0;
