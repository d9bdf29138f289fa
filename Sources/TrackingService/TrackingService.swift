// Room of TrackingService.
