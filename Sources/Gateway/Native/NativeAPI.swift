import Hummingbird

/// `/api/v1`: our own REST interface. Nouns, JSON, problem+json (`Docs/api/openapi.yaml`).
struct NativeAPI: Sendable {
    let gateway: Gateway

    func register(in router: Router<EdgeContext>) {
        let routes = router.group("/api/v1")
        let visitors = Visitors(gateway: gateway)
        SessionRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        FactorRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        KeyRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        TrustRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        ProviderRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        MailRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        ProvisioningRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        AccountRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        MemberRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        GroupRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        EntryRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        AuditRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        WorkspaceRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        ExperimentRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        MetricRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        AssetRoutes(gateway: gateway, visitors: visitors).register(in: routes)
        EventRoutes(gateway: gateway, visitors: visitors).register(in: routes)
    }
}
