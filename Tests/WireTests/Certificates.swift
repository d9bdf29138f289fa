import Foundation

@testable import Wire

/// Certificates for tests only, valid until 2120; nothing else trusts them. `authority` signed the server's (a service
/// called `test`, by URI) and the caller's (`gateway`, by DNS name); the impostor carries both names, signed by another.
enum Certificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBSjCB8aADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWF1dGhvcml0
        eTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
        YXV0aG9yaXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+fbICCj26BsapjJp
        mbV+7IcI7gPGFgXqDcURwkw7L0WAnp9q8wdkERqMf6qGf81g617fCTuGmdv+FGyu
        /gt34KMyMDAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUf0tHr1AitGS8kjWX
        Dal1CsyuaH8wCgYIKoZIzj0EAwIDSAAwRQIhAO4i5qWv65IFft04OfbeANlkbz3u
        GUlA/y16KhnkZJjTAiBDlLA+yhM+ialiO0oTltyVKQWGsGyW3LFRwD1RTXv46Q==
        -----END CERTIFICATE-----
        """

    static let server = (
        """
        -----BEGIN CERTIFICATE-----
        MIIBhDCCASugAwIBAgIBAzAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlhdXRob3Jp
        dHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBExDzANBgNVBAMM
        BnNlcnZlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABOnzoBhchaEJMcGieyBP
        I109fub6obGg1P9xxnCtFqETPZePqPTmeAk0V7didGA1earWnKGXiUSVV/0++waJ
        F7SjbzBtMCAGA1UdEQQZMBeGFWhhbGxleTovL3NlcnZpY2UvdGVzdDAJBgNVHRME
        AjAAMB0GA1UdDgQWBBQq7tUSTTKFKSwzOpTnfVdsTHRbbjAfBgNVHSMEGDAWgBR/
        S0evUCK0ZLySNZcNqXUKzK5ofzAKBggqhkjOPQQDAgNHADBEAiBWh0Xv0I9V/oGR
        a1e0TUjS7bRo1SPRPOnOtt0c+5oEfwIgcZ87rK9mecndaDnbx0JcGPSUYa+XrMYQ
        Irp+qmrPvgs=
        -----END CERTIFICATE-----
        """,
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWVFWSWH/OHyPpaKH
        3MDYVCkQTNKOBNwaHE2qdKoXBBahRANCAATp86AYXIWhCTHBonsgTyNdPX7m+qGx
        oNT/ccZwrRahEz2Xj6j05ngJNFe3YnRgNXmq1pyhl4lElVf9PvsGiRe0
        -----END PRIVATE KEY-----
        """
    )

    static let caller = (
        """
        -----BEGIN CERTIFICATE-----
        MIIBeDCCAR2gAwIBAgIBBDAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlhdXRob3Jp
        dHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBExDzANBgNVBAMM
        BmNhbGxlcjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDu1bnGeQ7jUe4Xe0Yq3
        d4DXQt4J7QrmmYvUerKf+sUptiQTNAY28IzhIN3CQrtGoa/YdFt8JlL171TnEjUv
        i0+jYTBfMBIGA1UdEQQLMAmCB2dhdGV3YXkwCQYDVR0TBAIwADAdBgNVHQ4EFgQU
        iGfQypYEAIxksHyPkVZhaQB8yPgwHwYDVR0jBBgwFoAUf0tHr1AitGS8kjWXDal1
        CsyuaH8wCgYIKoZIzj0EAwIDSQAwRgIhAMgoVYxYi1pIlJsY8VoBLvzkgLEacKP0
        6cW/l/pQA3yoAiEAiW0ov9Rg+e7E+6K5mclKyf6U4Mheb/3T8dPEeEST4SM=
        -----END CERTIFICATE-----
        """,
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg78KJSAH8jCTmn71d
        EcSuraiSEojuRWh0s8lr5fyBggmhRANCAAQ7tW5xnkO41HuF3tGKt3eA10LeCe0K
        5pmL1Hqyn/rFKbYkEzQGNvCM4SDdwkK7RqGv2HRbfCZS9e9U5xI1L4tP
        -----END PRIVATE KEY-----
        """
    )

    static let impostor = (
        """
        -----BEGIN CERTIFICATE-----
        MIIBjzCCATagAwIBAgIBBTAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAllbHNld2hl
        cmUwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBMxETAPBgNVBAMM
        CGltcG9zdG9yMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERNI7D+vSdKSfFkXd
        J7fR5ZEeNMcA2iEddBORrkxAW+gPL6+XcKau52dwAY+S4pJe7V976L2Y13FJ4483
        C0nD7qN4MHYwKQYDVR0RBCIwIIIHZ2F0ZXdheYYVaGFsbGV5Oi8vc2VydmljZS90
        ZXN0MAkGA1UdEwQCMAAwHQYDVR0OBBYEFN+CLkVskTHdHAcYHE3pn3vX9/tnMB8G
        A1UdIwQYMBaAFMr9nczQtVTB4qjjSoyPF8cQLuBVMAoGCCqGSM49BAMCA0cAMEQC
        IEuIV4q5WkcOaDddN38xjADlzU4jy3RXqfsaQXrAMsT8AiA3VPndsrh7c0NT7rGy
        Aj189/YSftiIz9iB13mt+fKOyw==
        -----END CERTIFICATE-----
        """,
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTvuyY+gDOzhcACSY
        QEf2Tg7rWkoi9npb9b96T2DFjxWhRANCAARE0jsP69J0pJ8WRd0nt9HlkR40xwDa
        IR10E5GuTEBb6A8vr5dwpq7nZ3ABj5Likl7tX3vovZjXcUnjjzcLScPu
        -----END PRIVATE KEY-----
        """
    )

    /// Hands `body` the identities as files.
    static func with(
        _ body: (_ server: TLSIdentity, _ caller: TLSIdentity, _ impostor: TLSIdentity) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "halley-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func write(_ text: String, _ name: String) throws -> String {
            let file = folder.appending(path: name)
            try Data(text.utf8).write(to: file)
            return file.path()
        }
        let trusted = try write(authority, "authority.pem")
        func identity(_ pair: (String, String), _ name: String) throws -> TLSIdentity {
            TLSIdentity(
                certificatePath: try write(pair.0, "\(name).pem"), keyPath: try write(pair.1, "\(name).key"),
                authorityPath: trusted)
        }
        try await body(
            identity(server, "server"), identity(caller, "caller"), identity(impostor, "impostor"))
    }
}
