// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Addresses that a server would fetch, and header lines that it would write.
enum AddressJudge {
    static func judge(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if form.has(":") || form.has("?") { addresses(form, &verdicts) }
        if form.hasLine { headers(form, &verdicts) }
        if form.has("\\"), form.has(":") { escapedHeader(form, &verdicts) }
        host(form, &verdicts)
        requestLine(form, &verdicts)
    }

    // MARK: Addresses

    private static func addresses(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<min(form.tokens.count, 60) where form.roles(at).contains(.scheme) {
            let isFetch = form.roles(at).contains(.fetchScheme)
            if form.isMark(at + 1, "?"), form.tokens.count <= at + 3, at == 0,
                form.tokens[1].gap == .none
            {
                verdicts.add(
                    .remoteFile,
                    52,
                    0..<form.bytes.count,
                    "a scheme alone, to see what a server includes"
                )
            }
            guard form.isMark(at + 1, ":"), form.tokens[at + 1].gap == .none else { continue }
            let slashes =
                form.isMark(at + 2, "/") || form.isMark(at + 2, "\\") || form.isMark(at + 2, "[")
            let range = Int(form.tokens[at].start)..<form.bytes.count
            let isAtStart =
                at == 0
                || at <= 3
                    && form.tokens[..<at].allSatisfy {
                        $0.kind == .mark
                            || form.lexicon.entries[Int($0.entry)].roles.contains(.scheme)
                    }
            if isFetch, slashes, isAtStart, !isSpokenOf(form, at) {
                verdicts.add(
                    form.isWord(at, "file") ? .localFile : .requestForgery,
                    65,
                    range,
                    "an address that a browser would not send"
                )
            } else if form.isWord(at, "jar"), form.roles(at + 2).contains(.scheme) {
                verdicts.add(.requestForgery, 65, range, "an address that a browser would not send")
            } else if form.isWord(at, "data"), at == 0,
                form.hasText(at: Int(form.tokens[at].end), ":text/plain")
                    || form.hasText(at: Int(form.tokens[at].end), ":;base64")
            {
                verdicts.add(.requestForgery, 58, range, "data where an address should be")
            } else if form.isWord(at, "unix"), isAtStart, form.has("|") {
                verdicts.add(.requestForgery, 65, range, "a socket of the proxy")
            }
            guard
                form.isWord(at, "http") || form.isWord(at, "https") || form.isWord(at, "ftp")
                    || form.isWord(at, "ftps")
            else { continue }
            remote(form, at, isAtStart: isAtStart, range, &verdicts)
        }
    }

    private static func remote(
        _ form: borrowing ValueForm,
        _ at: Int,
        isAtStart: Bool,
        _ range: Range<Int>,
        _ verdicts: inout Verdicts
    ) {
        var host = at + 2
        var slashes = 0
        while form.isMark(host, "/") || form.isMark(host, "\\") {
            host += 1
            slashes += 1
        }
        guard host < form.tokens.count else { return }
        let isInner =
            InnerHosts.isInner(form, host)
            || slashes > 0
                && InnerHosts.behindUser(form, host).map { InnerHosts.isInner(form, $0) }
                    == true
        if isInner {
            if isSpokenOf(form, host) { return }
            verdicts.add(.requestForgery, 70, range, "an address within the server's own network")
            return
        }
        let isGlued =
            at > 0 && form.tokens[at].gap == .none && form.bytes.last == UInt8(ascii: "?")
            && isAddress(form, host)
        guard isAtStart || isGlued else { return }
        let endsOpen = form.bytes.last == UInt8(ascii: "?")
        let isListed =
            isAddress(form, host) || form.bytes.dropLast().last == UInt8(ascii: "?")
            || form.tokens.count > 2 && form.roles(form.tokens.count - 2).contains(.extensionName)
                && form.isMark(form.tokens.count - 3, ".")
        if endsOpen, isListed {
            verdicts.add(
                .remoteFile,
                75,
                range,
                "an address whose query swallows what the server appends"
            )
            return
        }
        if slashes == 1, form.isMark(at + 2, "/"), form.tokens[host].kind == .number {
            verdicts.add(.requestForgery, 60, range, "an address in an odd spelling")
            return
        }
        if form.isMark(host, "["), form.isMark(host + 1, ":") || form.isMark(host + 2, ":") {
            verdicts.add(.requestForgery, 62, range, "an address of IPv6 in brackets")
            return
        }
        if slashes == 0 { return }
        if form.hasText(at: Int(form.tokens[host].start), "\\") || form.isMark(at + 4, "\\") {
            verdicts.add(.requestForgery, 58, range, "an address in an odd spelling")
            return
        }
        let isNumeric = isAddress(form, host)
        if isNumeric {
            verdicts.add(.remoteFile, 58, range, "a file at an address without a name")
            return
        }
        if form.hasNul { verdicts.add(.remoteFile, 58, range, "a program at another server") }
        if InnerHosts.isListener(form, host) {
            verdicts.add(.requestForgery, 60, range, "a host that only reports who called")
        }
        if form.has("@"), let sign = form.find("@"),
            form.find("/@") != nil || sign > 0 && form.bytes[sign - 1] == UInt8(ascii: "/")
        {
            verdicts.add(.requestForgery, 58, range, "an address whose host another follows")
        }
    }

    /// `http://localhost:3000 refused to connect`: words behind the address.
    private static func isSpokenOf(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        var end = at
        while end + 1 < form.tokens.count, form.tokens[end + 1].gap == .none { end += 1 }
        return form.isFollowedByProse(end)
    }

    private static func isAddress(_ form: borrowing ValueForm, _ host: Int) -> Bool {
        let token = form.tokens[host]
        if form.isMark(host, "[") { return true }
        if form.isMark(host + 1, ":"), token.count <= 4, form.isMark(host + 3, ":"),
            host + 4 < form.tokens.count
        {
            return true
        }
        guard token.kind == .number else { return false }
        return form.lower[token.range].count { $0 == 0x2E } == 3
    }

    /// `url=localhost/`, `url=host.docker.internal`.
    private static func host(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        let isInner =
            form.isWord(0, "localhost")
            && (form.tokens.count > 1
                && (form.isMark(1, "/") || form.isMark(1, ":")
                    || form.hasText(at: 9, ".localdomain")))
            || form.hasText(at: 0, "host.docker.internal")
            || form.hasText(at: 0, "host.containers.internal")
            || form.hasText(at: 0, "169.254.169.254")
            || form.hasText(at: 0, "metadata.google.internal")
            || form.isMark(0, "/") && form.isMark(1, "/") && form.tokens.count > 3
                && InnerHosts.isInner(form, 2)
            || form.hasText(at: 0, "127.") && form.isMark(1, ":") && form.tokens.count > 2
                && form.tokens[0].kind == .number
        if isInner, form.plainWords < 5, form.tokens.allSatisfy({ $0.gap == .none }) {
            verdicts.add(
                .requestForgery,
                56,
                0..<form.bytes.count,
                "a host within the server's own network"
            )
        }
    }

    // MARK: Header lines

    private static func headers(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count
        where form.tokens[at].gap == .line && form.tokens[at].kind == .word {
            let start = Int(form.tokens[at].start)
            let isHeader =
                (isHeaderName(form, start) || isMailHeader(form, at)) && hasColon(form, at)
                || form.hasText(at: start, "http/")
                || form.roles(at).contains(.verb) && form.hasNear(" http/", from: start)
            if isHeader {
                verdicts.add(
                    .headerInjection,
                    75,
                    start..<form.bytes.count,
                    "a line of a header behind a line's end"
                )
            }
            let isSingle = form.tokens.count <= 5 && form.isMark(at + 1, "=")
            if isSingle {
                verdicts.add(
                    .headerInjection,
                    52,
                    start..<form.bytes.count,
                    "a setting behind a line's end"
                )
            }
            if form.isMark(at + 1, "."), form.has("="), form.hasNear("php_value", from: 0) {
                verdicts.add(
                    .headerInjection,
                    60,
                    start..<form.bytes.count,
                    "a setting behind a line's end"
                )
            }
        }
    }

    /// `\r\nSet-Cookie: a=b`, its line's end spelled out.
    private static func escapedHeader(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard let at = form.find("\\r\\n"),
            form.hasText(at: at + 4, "set-cookie:") || form.hasText(at: at + 4, "location:")
        else { return }
        verdicts.add(
            .headerInjection,
            60,
            at..<form.bytes.count,
            "a line of a header behind an escaped line's end"
        )
    }

    private static func isHeaderName(_ form: borrowing ValueForm, _ start: Int) -> Bool {
        form.hasText(at: start, "set-cookie") || form.hasText(at: start, "location")
            || form.hasText(at: start, "content-") || form.hasText(at: start, "transfer-encoding")
            || form.hasText(at: start, "refresh") || form.hasText(at: start, "x-")
            || form.hasText(at: start, "host") || form.hasText(at: start, "remote-addr")
            || form.hasText(at: start, "connection") || form.hasText(at: start, "cookie")
            || form.hasText(at: start, "access-control-") || form.hasText(at: start, "bcc")
            || form.hasText(at: start, "cache-control:") || form.hasText(at: start, "link: <")
            || form.hasText(at: start, "www-authenticate:") || form.hasText(at: start, "status:")
            || form.hasText(at: start, "etag:") || form.hasText(at: start, "vary:")
            || form.hasText(at: start, "server:")
    }

    /// `a@b.example⏎To: …`: a line of a mail's header behind an address, or one that
    /// a blank line and a text follow.
    private static func isMailHeader(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard form.isMark(at + 1, ":"), form.tokens[at + 1].gap == .none,
            form.isWord(at, "to") || form.isWord(at, "cc") || form.isWord(at, "from")
                || form.isWord(at, "subject")
        else { return false }
        return form.tokens[..<at].contains { $0.isMark("@") }
            && form.tokens[..<at].allSatisfy { $0.gap == .none }
    }

    private static func hasColon(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        for index in at + 1..<min(at + 9, form.tokens.count) where form.isMark(index, ":") {
            return true
        }
        return false
    }

    /// `GET http://… HTTP/1.1` as a value.
    private static func requestLine(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard form.tokens.count > 3, form.roles(0).contains(.verb), let end = form.find(" http/"),
            end + 6 < form.bytes.count,
            ByteClass.isDigit(form.bytes[end + 6])
        else { return }
        verdicts.add(.headerInjection, 68, 0..<form.bytes.count, "a request within a request")
    }
}
