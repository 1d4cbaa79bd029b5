// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

package import DockerClient

/// Whether a variable holds a secret, by its name and its value's shape; the value is
/// looked at here and goes nowhere else.
package enum SecretShape {
    /// A value longer than this is looked at as far as here.
    private static let limit = 4096

    package static func matches(_ variable: EnvironmentVariable) -> Bool {
        let value = variable.value.utf8.prefix(limit)
        guard !value.isEmpty else { return false }
        if hasShape(String(decoding: value, as: UTF8.self)) { return true }
        return hasName(variable.name) && isOwnValue(String(decoding: value, as: UTF8.self))
    }

    /// Words that name a secret when they are the whole name or its end.
    private static let endings = [
        "PASSWORD", "PASSWD", "PASS", "PWD", "PASSPHRASE", "SECRET", "SECRET_KEY", "TOKEN",
        "API_KEY",
        "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", "ENCRYPTION_KEY", "SIGNING_KEY", "CREDENTIALS",
        "CREDENTIAL", "AUTH_KEY", "MASTER_KEY", "SECRET_KEY_BASE", "CLIENT_SECRET",
        "WEBHOOK_SECRET",
    ]

    private static func hasName(_ name: String) -> Bool {
        let upper = name.uppercased()
        // The shell's own: where it is, not what nobody may know.
        if upper == "PWD" || upper == "OLDPWD" { return false }
        return endings.contains { upper == $0 || upper.hasSuffix("_" + $0) }
            || upper.hasSuffix("PASSWORD") || upper.hasSuffix("SECRET")
    }

    /// Whether it is a secret itself: no switch, no place of a file, no reference.
    private static func isOwnValue(_ value: String) -> Bool {
        let lower = value.lowercased()
        if ["true", "false", "yes", "no", "on", "off", "none", "null", "0", "1"].contains(lower) {
            return false
        }
        return !["/run/secrets/", "/", "file:", "vault:", "arn:", "op://", "${"]
            .contains { lower.hasPrefix($0) }
    }

    /// Beginnings of keys whose givers made them to be known; with the least length.
    ///
    /// Source: the givers' manuals on their tokens' forms.
    private static let beginnings: [(text: String, length: Int)] = [
        ("AKIA", 20), ("ASIA", 20), ("ghp_", 36), ("gho_", 36), ("ghs_", 36), ("github_pat_", 40),
        ("glpat-", 20), ("xoxb-", 20), ("xoxp-", 20), ("xapp-", 20), ("sk_live_", 20),
        ("rk_live_", 20),
        ("sk-ant-", 20), ("sk-proj-", 20), ("AIza", 35), ("npm_", 36), ("pypi-", 20),
        ("dckr_pat_", 20),
        ("hvs.", 20), ("SG.", 40), ("-----BEGIN ", 20), ("eyJhbGci", 40),
    ]

    private static func hasShape(_ value: String) -> Bool {
        let length = value.utf8.count
        if beginnings.contains(where: { length >= $0.length && value.hasPrefix($0.text) }) {
            return !value.hasPrefix("-----BEGIN ") || value.contains("PRIVATE KEY")
        }
        return hasPasswordInAddress(value)
    }

    /// Whether it is `scheme://user:password@host`.
    private static func hasPasswordInAddress(_ value: String) -> Bool {
        guard let scheme = value.firstRange(of: "://") else { return false }
        let rest = value[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return false }
        let user = authority[..<at]
        guard let colon = user.firstIndex(of: ":") else { return false }
        let password = user[user.index(after: colon)...]
        return !password.isEmpty && !password.hasPrefix("$")
    }
}
