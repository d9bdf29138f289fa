// Room of Wire.
