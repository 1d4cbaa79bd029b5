// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes

/// The cookie that holds a session's secret.
enum SessionCookie {
    private static let name = "jaga_session"

    /// Its value in a request; the first when there are several.
    static func value(in headers: HTTPFields) -> String? {
        for field in headers[values: .cookie] {
            for pair in field.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == name else {
                    continue
                }
                return String(parts[1])
            }
        }
        return nil
    }

    /// The header that sets it.
    static func setting(_ secret: String, isEncrypted: Bool) -> String {
        let age = SessionTable.absoluteLimit / 1000
        return text("\(name)=\(secret); Max-Age=\(age)", isEncrypted)
    }

    /// The header that takes it away.
    static func clearing(isEncrypted: Bool) -> String {
        text("\(name)=; Max-Age=0", isEncrypted)
    }

    private static func text(_ pair: String, _ isEncrypted: Bool) -> String {
        pair + "; Path=/; HttpOnly; SameSite=Strict" + (isEncrypted ? "; Secure" : "")
    }
}
