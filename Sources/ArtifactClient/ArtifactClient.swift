// Room of ArtifactClient.
