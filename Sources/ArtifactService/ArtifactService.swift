// Room of ArtifactService.
