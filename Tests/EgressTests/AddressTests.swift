import Testing

@testable import Egress

@Suite struct AddressTests {
    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "fe80::1", "fec0::1",
        "fc00::1",
        "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1",
        "2001:db8::1",
        "2002:7f00:1::", "3fff::1", "5f00::1",
    ]) func `is nobody's on the Internet`(text: String) throws {
        #expect(try !#require(IPAddress(text)).isPublic)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1",
        "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255", "2606:4700::1111",
        "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2003::1",
    ]) func `may be somebody's`(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test func `ranges hold what they say, and slips are no ranges`() throws {
        let range = try #require(Network("10.1.0.0/16"))
        #expect(range.contains(try #require(IPAddress("10.1.255.255"))))
        #expect(!range.contains(try #require(IPAddress("10.2.0.0"))))
        #expect(!range.contains(try #require(IPAddress("::a01:0"))))
        #expect(try #require(Network("::1")).contains(try #require(IPAddress("0:0:0:0:0:0:0:1"))))
        for text in ["10.1.2.3/16", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "fe80::1%eth0", "::/129", "x", ""] {
            #expect(Network(text) == nil, "\(text)")
        }
    }
}

@Suite struct URLTests {
    /// Whatever two readers could take for two places is no address.
    @Test(arguments: [
        "", "example.org", "ftp://example.org/", "file:///etc/passwd", "gopher://127.0.0.1:70/", "javascript:alert(1)",
        "https://", "https:///x", "https://user@example.org/", "https://user:pass@example.org/",
        "https://example.org@127.0.0.1/", "https://127.0.0.1#@example.org/", "https://example.org#127.0.0.1",
        "https://example.org\\@127.0.0.1/", "https://exa mple.org/", "https://example.org/\r\nHost: x",
        "https://%31%32%37.0.0.1/",
        "https://ex%61mple.org/", "https://bücher.example/", "https://127。0。0。1/", "https://①②⑦.0.0.1/",
        "https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/", "https://127.0.1/",
        "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.0.0.0x1/", "https://127.0.0.01/",
        "https://127.0.0.1.2/",
        "https://00000177.0.0.1/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://[::1/", "https://::1/",
        "https://[127.0.0.1]/",
        "https://[fe80::1%25eth0]/", "https://[::1]x/", "https://example.org:/", "https://example.org:0/",
        "https://example.org:65536/", "https://example.org:80:80/", "https://example.org:+80/", "https://example..org/",
        "https://.example.org/", "https://localhost../", "https://example.org:8 0/",
    ]) func `is refused`(text: String) {
        #expect(throws: EgressError.malformed) { try EgressURL(text) }
    }

    @Test func `is read in one way`() throws {
        let plain: [(String, String, String, Int)] = [
            ("https://Example.ORG", "https://example.org:443/", "example.org", 443),
            ("https://example.org./a?b=c", "https://example.org:443/a?b=c", "example.org", 443),
            ("https://example.org?x", "https://example.org:443/?x", "example.org", 443),
            ("HTTPS://a-b.c_d.example:8443/", "https://a-b.c_d.example:8443/", "a-b.c_d.example", 8443),
            ("https://[2606:4700::1111]/", "https://[2606:4700::1111]:443/", "2606:4700::1111", 443),
            ("http://localhost.:9000/x", "http://localhost:9000/x", "localhost", 9000),
            ("https://1.1.1.1/", "https://1.1.1.1:443/", "1.1.1.1", 443),
            ("https://example.org/@127.0.0.1", "https://example.org:443/@127.0.0.1", "example.org", 443),
        ]
        for (text, full, host, port) in plain {
            let url = try EgressURL(text)
            #expect(url.text == full)
            #expect(url.host == host)
            #expect(url.port == port)
        }
    }
}
