-- ANALYZE samples every column, sorts what it finds and compares texts by the rules of a language. Of these columns
-- nobody's plan asks how their values are spread: keys are looked up through their index, documents are read whole.

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
