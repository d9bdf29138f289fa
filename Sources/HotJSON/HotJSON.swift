// Room of HotJSON.
