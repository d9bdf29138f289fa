// Room of WebUI.
