// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JagaTesting
import Testing

/// `jaga explain` and `jaga logtest` under an operator's settings.
@Suite(
    "jaga explain and jaga logtest know the settings",
    .enabled(if: TestEngine.current != nil, TestEngine.absence)
)
struct ExplainTests {
    private static let settings = """
        <ossec_config><jaga>
          <trusted_proxies>10.0.0.0/8</trusted_proxies>
          <whitelist>
            <allow path="/search" parameter="q" class="sqli" reason="our query language"/>
            <allow rule="31101" path="/old/*" reason="links of others"/>
          </whitelist>
        </jaga></ossec_config>
        """

    private func run(_ arguments: [String], input: String? = nil) throws -> Shell.Result {
        let folder = try TemporaryFolder()
        let file = folder.path + "/ossec.conf"
        try Self.settings.write(toFile: file, atomically: false, encoding: .utf8)
        let rules = TestData.checkout + "/ruleset"
        return try Shell.run(
            [Binary.path] + arguments
                + ["--config", file, "--ruleset", rules, "--data", folder.path],
            input: input
        )
    }

    @Test("an explanation names the <allow> that the finding fits")
    func allowed() throws {
        let result = try run(["explain", "/search?q=1+or+1=1"])

        #expect(result.status == 1)
        #expect(result.output.contains("Allowed by the settings: our query language\n"))
    }

    @Test("an attack that no <allow> fits is explained as without settings")
    func notAllowed() throws {
        let result = try run(["explain", "/other?q=1+or+1=1"])

        #expect(result.status == 0)
        #expect(!result.output.contains("Allowed"))
        #expect(result.output.contains("Rule: 31164"))
    }

    @Test("a rule that the settings silence is named")
    func silenced() throws {
        let result = try run(["explain", "/old/page"])

        #expect(result.output.contains("Rule: none; the settings silence 31101, level 5"))
    }

    @Test("a trusted proxy's word gives the source, another peer's does not")
    func proxies() throws {
        let forwarded = ["--forwarded-for", "203.0.113.5", "--json"]
        let trusted = try run(["explain", "/?q=1+or+1=1", "--peer", "10.0.0.1"] + forwarded)
        let other = try run(["explain", "/?q=1+or+1=1", "--peer", "192.0.2.9"] + forwarded)

        #expect(trusted.output.contains(#""source":"203.0.113.5","peer":"10.0.0.1""#))
        #expect(other.output.contains(#""source":"192.0.2.9""#))
        #expect(!other.output.contains("\"peer\""))
    }

    @Test("logtest takes the source from a trusted proxy, and leaves out what is allowed")
    func logtest() throws {
        let line =
            "10.0.0.1 - - [23/Nov/2026:10:00:00 +0000] \"GET /search?q=1+or+1=1 HTTP/1.1\" "
            + "404 1 \"-\" \"-\" \"203.0.113.5\"\n"

        let result = try run(["logtest", "-q"], input: line)

        #expect(result.output.contains("srcip: '203.0.113.5'"))
        #expect(result.output.contains("attack.allowed: 'our query language'"))
        #expect(result.output.contains("id: '31101'"))
    }
}
