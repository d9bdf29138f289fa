// Room of TestKit.
