// Room of AuthService.
