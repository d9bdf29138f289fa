// Room of WorkspaceClient.
