// Room of WorkspaceService.
