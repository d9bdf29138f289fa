// Room of AuthClient.
