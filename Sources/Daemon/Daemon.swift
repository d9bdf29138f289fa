// Room of Daemon.
