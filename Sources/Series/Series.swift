// Room of Series.
