extension Access {
    /// Said to a provisioner, wherever else it tries.
    public static let provisioningOnly = Failure(
        .forbidden, "This is a SCIM token: it keeps people and groups at /scim/v2, and can do nothing else.",
        reason: "provisioning_only")

    /// Said to everybody else, where provisioners are served.
    public static let provisioningKeyRequired = Failure(
        .forbidden, "This needs a SCIM token, which is made on the page of a sign-in provider.",
        reason: "provisioning_key_required")
}
