// Room of Sealing.
