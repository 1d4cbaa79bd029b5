// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import HummingbirdCore

/// Headers that stand on every answer.
///
/// Sources: Content Security Policy Level 3; RFC 6797 (HSTS); Fetch, cross-origin
/// resource policy.
struct SecurityHeaders: Sendable {
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'"

    private let fields: [(name: HTTPField.Name, value: String)]

    init(isEncrypted: Bool) {
        var fields: [(HTTPField.Name, String)] = [
            (.contentSecurityPolicy, Self.policy),
            (.xContentTypeOptions, "nosniff"),
        ]
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("X-Frame-Options", "DENY"),
        ] {
            if let name = HTTPField.Name(name) { fields.append((name, value)) }
        }
        if isEncrypted { fields.append((.strictTransportSecurity, "max-age=31536000")) }
        self.fields = fields
    }

    /// Sets them; what is no file of the dashboard is kept by no cache.
    func apply(to response: inout Response) {
        for field in fields { response.headers[field.name] = field.value }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }
}
