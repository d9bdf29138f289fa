// Room of TrackingClient.
