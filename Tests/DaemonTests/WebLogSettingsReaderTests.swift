// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import Analysis
import Daemon
import EventModel
import Testing

@Suite("Settings of access lines")
struct WebLogSettingsReaderTests {
    private func read(_ jaga: String) -> OssecConfiguration {
        let text = "<ossec_config>\n<jaga>\n\(jaga)\n</jaga>\n</ossec_config>"
        return OssecConfiguration(Array(text.utf8), file: "ossec.conf")
    }

    @Test("proxies, campaigns and the whitelist are read")
    func all() throws {
        let configuration = read(
            """
            <trusted_proxies>10.0.0.0/8, fd00::/8</trusted_proxies>
            <campaigns>yes</campaigns>
            <whitelist>
              <allow path="/search*" parameter="q" class="sqli" reason="our language"/>
              <allow source="192.0.2.0/28, 2001:db8::7" rule="31101" reason="audit"/>
            </whitelist>
            """
        )

        let settings = configuration.settings.webLogs
        #expect(configuration.diagnostics.map(\.description) == [])
        #expect(settings.trustsProxies)
        #expect(settings.campaigns == .on)
        #expect(settings.allowances.map(\.reason) == ["our language", "audit"])
        #expect(settings.allowances.map(\.place) == ["ossec.conf:6", "ossec.conf:7"])
        #expect(settings.allowances.map(\.rule) == [nil, 31101])
    }

    @Test("nothing said is nobody trusted, nothing allowed")
    func none() {
        let settings = read("").settings.webLogs

        #expect(!settings.trustsProxies)
        #expect(settings.campaigns == .automatic)
        #expect(settings.allowances.isEmpty)
    }

    @Test(
        "what is wrong is told with its line and what to write, and left out",
        arguments: [
            ("<trusted_proxies>10.0.0.0/99</trusted_proxies>", "10.0.0.0/99"),
            ("<trusted_proxies>any</trusted_proxies>", "trusts any address"),
            ("<campaigns>maybe</campaigns>", "maybe"),
            (#"<whitelist><allow path="/a"/></whitelist>"#, "has no reason"),
            (#"<whitelist><allow reason="x"/></whitelist>"#, "would allow everything"),
            (#"<whitelist><allow path="/a" reason=" "/></whitelist>"#, "empty reason"),
            (#"<whitelist><allow class="sql" reason="x"/></whitelist>"#, "unknown class sql"),
            (#"<whitelist><allow source="x" reason="x"/></whitelist>"#, "source \"x\""),
            (#"<whitelist><allow rule="x" reason="x"/></whitelist>"#, "rule \"x\""),
            (#"<whitelist><allow paths="/a" reason="x"/></whitelist>"#, "attribute paths"),
        ]
    )
    func wrong(text: String, message: String) {
        let configuration = read(text)

        #expect(configuration.diagnostics.map(\.severity) == [.error])
        #expect(configuration.diagnostics.map(\.line) == [3])
        #expect(configuration.diagnostics.first?.message.contains(message) == true)
        #expect(configuration.diagnostics.first?.hint.isEmpty == false)
        #expect(configuration.settings.webLogs.allowances.isEmpty)
        #expect(!configuration.settings.webLogs.trustsProxies)
    }
}
