// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Sends a report by mail: the same in words and as a page.
package struct ReportMail: Sendable {
    private let transport: MailTransport

    package init(_ settings: MailSettings, _ surroundings: OutputSurroundings) {
        transport = MailTransport(settings, surroundings)
    }

    /// Sends it once; `key` is the same for each try of a report.
    ///
    /// - Throws: ``OutputError``.
    package func send(subject: String, text: String, html: String, key: String) async throws {
        let parts = [
            MailPart(type: "text/plain", text: text), MailPart(type: "text/html", text: html),
        ]
        try await transport.send(subject: subject, parts: parts, key: key)
    }
}
