import Testing

@testable import SagascopeCLI

struct AdminAddressTests {
    @Test(arguments: [
        ("http://shop:9464", "http://shop:9464"), ("shop:9464", "http://shop:9464"),
        ("https://shop/", "https://shop"), ("HTTP://shop:1//", "HTTP://shop:1"),
        ("http://[::1]:9464", "http://[::1]:9464"), ("http://shop/behind/proxy/", "http://shop/behind/proxy"),
    ])
    func takes(text: String, url: String) {
        #expect(AdminAddress(argument: text)?.description == url)
    }

    @Test(arguments: [
        "", "ftp://shop", "http://", "http://a b", "http://shop?x=1", "http://shop#x", "http://me:pw@shop",
    ])
    func refuses(text: String) {
        #expect(AdminAddress(argument: text) == nil)
    }

    @Test(
        arguments: [
            ([:], "http://127.0.0.1:9464"), (["SAGASCOPE_ADMIN_PORT": "1"], "http://127.0.0.1:1"),
            (["SAGASCOPE_ADMIN_HOST": "0.0.0.0"], "http://127.0.0.1:9464"),
            (["SAGASCOPE_ADMIN_HOST": "::"], "http://[::1]:9464"),
            (["SAGASCOPE_ADMIN_HOST": "shop", "SAGASCOPE_ADMIN_PORT": "x"], "http://shop:9464"),
        ] as [([String: String], String)])
    func followsTheProgramsOwnVariables(environment: [String: String], url: String) {
        #expect(AdminAddress(environment: environment).description == url)
    }
}
