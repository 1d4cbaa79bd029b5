// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Hosts of the server's own network, however they are spelled, and hosts that only
/// listen.
///
/// Source: RFC 1918, 3927, 5735 on addresses; `inet_aton` on their spellings.
enum InnerHosts {
    /// 127.0.0.1, 169.254.169.254, 2852039166, 0x7f.1, 0177.0.0.1, localhost, metadata.
    static func isInner(_ form: borrowing ValueForm, _ host: Int) -> Bool {
        guard host < form.tokens.count else { return false }
        let token = form.tokens[host]
        let start = Int(token.start)
        if token.kind == .number { return isInnerNumber(form, host) }
        if form.isWord(host, "metadata") {
            return form.isMark(host + 1, "/") || form.isMark(host + 1, ".")
        }
        return form.isWord(host, "localhost") || form.isWord(host, "localtest")
            || form.hasText(at: start, "host.docker.internal")
            || form.hasText(at: start, "host.containers.internal")
            || form.hasText(at: start, "kubernetes.default")
    }

    private static func isInnerNumber(_ form: borrowing ValueForm, _ host: Int) -> Bool {
        let token = form.tokens[host]
        let start = Int(token.start)
        let dots = form.lower[token.range].count { $0 == 0x2E }
        if form.hasText(at: start, "0x") { return token.count > 9 || form.isMark(host + 1, ".") }
        if dots == 0, token.count >= 8 || form.hasText(at: start, "0") && ends(form, host + 1) {
            return true
        }
        // An octal number where one of an address should be.
        if dots > 0, token.count > 3, form.hasText(at: start, "0"),
            ByteClass.isDigit(form.lower[start + 1])
        {
            return true
        }
        return form.hasText(at: start, "127.") || form.hasText(at: start, "169.254.")
            || form.hasText(at: start, "0.0.0.0") || form.hasText(at: start, "100.100.100.200")
            || form.hasText(at: start, "10.") || form.hasText(at: start, "192.168.")
            || form.hasText(at: start, "192.0.0.192") || isMiddle(form, start)
    }

    private static func ends(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        at >= form.tokens.count || form.isMark(at, "/") || form.isMark(at, ":")
    }

    /// 172.16.0.0 to 172.31.255.255.
    private static func isMiddle(_ form: borrowing ValueForm, _ start: Int) -> Bool {
        guard form.hasText(at: start, "172."), start + 6 < form.lower.count else { return false }
        let tens = form.lower[start + 4]
        let ones = form.lower[start + 5]
        guard form.lower[start + 6] == 0x2E, ByteClass.isDigit(ones) else { return false }
        return tens == 0x31 && ones >= 0x36 || tens == 0x32 || tens == 0x33 && ones <= 0x31
    }

    /// The host behind `user@`, if the authority has a user.
    static func behindUser(_ form: borrowing ValueForm, _ host: Int) -> Int? {
        var found: Int?
        for at in host..<min(host + 12, form.tokens.count) {
            if form.isMark(at, "/") || form.isMark(at, "?") { break }
            if form.isMark(at, "@") { found = at + 1 }
        }
        return found
    }

    /// `x.oastify.com`, `x.interact.sh`: services that testers wait at.
    static func isListener(_ form: borrowing ValueForm, _ host: Int) -> Bool {
        for at in host..<min(host + 10, form.tokens.count) {
            if form.isMark(at, "/") || form.isMark(at, "?") { return false }
            let isIt =
                form.isWord(at, "oastify") || form.isWord(at, "burpcollaborator")
                || form.isWord(at, "oast") || form.isWord(at, "dnslog") || form.isWord(at, "ceye")
                || form.isWord(at, "wapiti3")
                || form.isWord(at, "interact") && form.isWord(at + 2, "sh")
            if isIt, form.isMark(at - 1, ".") || at == host, form.isMark(at + 1, ".") {
                return true
            }
        }
        return false
    }
}
