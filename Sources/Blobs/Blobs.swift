// Room of Blobs.
