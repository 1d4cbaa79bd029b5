// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Elements, event attributes and script addresses, as a browser would find them.
enum MarkupJudge {
    /// Elements of a form that are looked into: each may be read up to its end.
    private static let elementLimit = 64

    static func judge(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        var elements = 0
        for at in 0..<form.tokens.count {
            let token = form.tokens[at]
            switch token.kind {
            case .mark where token.byte == UInt8(ascii: "<"):
                guard elements < elementLimit else { break }
                elements += 1
                element(form, at, &verdicts)
            case .mark where token.byte == UInt8(ascii: "$"):
                ScriptPhrases.query(form, at, &verdicts)
            case .word: word(form, at, &verdicts)
            default: break
            }
        }
        if form.has("<") == false, form.has(">") { tail(form, &verdicts) }
    }

    // MARK: Elements

    private static func element(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts)
    {
        var name = at + 1
        while form.isMark(name, "<") { name += 1 }
        let isClosing = form.isMark(name, "/")
        while form.isMark(name, "/") { name += 1 }
        guard name < form.tokens.count else { return }
        let token = form.tokens[name]
        if token.kind == .mark {
            declaration(form, at, name, &verdicts)
            return
        }
        guard token.kind == .word else { return }
        let roles = form.roles(name)
        let isKnown = roles.contains(.tagDangerous) || roles.contains(.tagPlain)
        guard token.gap == .none || isKnown else { return }
        let end = elementEnd(form, name + 1)
        let range = Int(form.tokens[at].start)..<Int(form.tokens[end].end)
        let look = attributes(form, name + 1, end)
        let isShut = form.isMark(end, ">") || end > name
        if look.hasEvent || look.hasScript {
            verdicts.add(.crossSiteScripting, 95, range, "an element with script in an attribute")
            return
        }
        if roles.contains(.tagDangerous) {
            let isScript = form.isWord(name, "script")
            guard isScript || isShut || token.count > 4 else { return }
            let isProse =
                !isScript && !look.hasAttribute && form.spacedWords > 4
                && form.tokens[at].gap != .none || isMention(form, at, name, end)
            verdicts.add(
                .crossSiteScripting,
                isProse ? 45 : isScript ? 85 : 70,
                range,
                "an element that loads or runs something"
            )
            return
        }
        if form.isMark(name + 1, ":"), form.tokens[name + 1].gap == .none, end > name + 1,
            !form.isMark(name + 2, ":")
        {
            verdicts.add(.crossSiteScripting, 60, range, "an element with a namespace")
            return
        }
        if look.hasAttribute, isKnown {
            let isWhole = form.isMark(end, ">")
            verdicts.add(
                .crossSiteScripting,
                look.isActive ? 70 : isWhole ? 52 : 45,
                range,
                "an element with attributes"
            )
        } else if look.isActive {
            verdicts.add(.crossSiteScripting, 65, range, "an element with attributes")
        } else if isClosing, isKnown, at == 0, end == form.tokens.count - 1, form.isMark(end, ">") {
            verdicts.add(.crossSiteScripting, 52, range, "the end of an element of HTML")
        } else if look.hasAttribute, form.has(":"), form.hasNear("xmlns", from: range.lowerBound) {
            verdicts.add(.crossSiteScripting, 60, range, "an element with a namespace")
        } else if isKnown, form.isMark(end, ">"), !isClosing, !isTextMarkup(form, name),
            token.count > 1 || closes(form, name, end), !isTopic(form, at, end)
        {
            verdicts.add(.crossSiteScripting, 52, range, "an element of HTML")
        }
        brokenName(form, name, range, &verdicts)
    }

    /// `<script> tag defer or async`: an element that is spoken of.
    private static func isMention(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ name: Int,
        _ end: Int
    ) -> Bool {
        guard end == name + 1, form.isMark(end, ">") else { return false }
        return form.hasOnlyWordsBehind(end) || form.isQuotedInProse(at, end)
            || form.isPrecededByProse(at) && form.tokens.count == end + 1
    }

    /// `<b>`, `<br/>`: what texts of comments and posts are marked up with; without an
    /// attribute it does nothing.
    private static func isTextMarkup(_ form: borrowing ValueForm, _ name: Int) -> Bool {
        form.isWord(name, "b") || form.isWord(name, "i") || form.isWord(name, "u")
            || form.isWord(name, "p") || form.isWord(name, "br") || form.isWord(name, "em")
            || form.isWord(name, "strong") || form.isWord(name, "code")
            || form.isWord(name, "pre") || form.isWord(name, "li") || form.isWord(name, "ul")
            || form.isWord(name, "ol") || form.isWord(name, "hr") || form.isWord(name, "small")
    }

    /// `<h1> tag`, `<div> vs <span>`: talk about elements.
    private static func isTopic(_ form: borrowing ValueForm, _ at: Int, _ end: Int) -> Bool {
        guard form.tokens.count < 10, !form.has("/"), !form.has("=") else { return false }
        let isBehind =
            at > 0 && form.tokens[at - 1].kind == .word && form.tokens[at].gap == .blank
        let isBefore =
            end + 1 < form.tokens.count && form.tokens[end + 1].kind == .word
            && form.tokens[end + 1].gap == .blank
        return isBehind || isBefore
    }

    /// `<a>…</a>`: a letter alone could be a name in a chat.
    private static func closes(_ form: borrowing ValueForm, _ name: Int, _ end: Int) -> Bool {
        for at in end..<min(end + 24, form.tokens.count)
        where form.isMark(at, "/") && form.isMark(at - 1, "<") && at + 1 < form.tokens.count
            && form.tokens[at + 1].entry == form.tokens[name].entry
        {
            return true
        }
        return false
    }

    /// `<scr\0ipt`, `<scr<script>ipt`: script, once something was taken out.
    private static func brokenName(
        _ form: borrowing ValueForm,
        _ name: Int,
        _ range: Range<Int>,
        _ verdicts: inout Verdicts
    ) {
        guard form.hasText(at: Int(form.tokens[name].start), "sc") else { return }
        let letters = Array("script".utf8)
        var found = 0
        var at = Int(form.tokens[name].start)
        while at < form.lower.count, found < letters.count, at < Int(form.tokens[name].start) + 24 {
            let byte = form.lower[at]
            if byte == letters[found] {
                found += 1
            } else if !ByteClass.isBlank(byte), byte != 0x3C, byte != 0x2F, byte != 0x5C,
                byte != UInt8(ascii: "0"), byte != 0x3E
            {
                return
            }
            at += 1
        }
        if found == letters.count {
            verdicts.add(.crossSiteScripting, 75, range, "the name of a script element, broken up")
        }
    }

    private static func elementEnd(_ form: borrowing ValueForm, _ from: Int) -> Int {
        var at = from
        var quote: UInt8 = 0
        while at < form.tokens.count, at < from + 48 {
            let token = form.tokens[at]
            if token.kind == .mark {
                if quote != 0 {
                    if token.byte == quote { quote = 0 }
                } else if token.byte == UInt8(ascii: ">") {
                    return at
                } else if token.byte == 0x22 || token.byte == 0x27 || token.byte == 0x60 {
                    quote = form.isMark(at - 1, "=") ? token.byte : 0
                }
            }
            at += 1
        }
        return at - 1
    }

    private struct Look {
        var hasEvent = false
        var hasScript = false
        var hasAttribute = false
        /// An attribute that loads something or styles.
        var isActive = false
    }

    private static func attributes(_ form: borrowing ValueForm, _ from: Int, _ end: Int) -> Look {
        var look = Look()
        guard from <= end else { return look }
        for at in from...end where form.tokens[at].kind == .word {
            let token = form.tokens[at]
            let hasValue = form.isMark(at + 1, "=")
            if hasValue { look.hasAttribute = true }
            if hasValue, isEvent(form, token) { look.hasEvent = true }
            if hasValue, form.roles(at).contains(.attribute) { look.isActive = true }
            if isScriptAddress(form, Int(token.start)) { look.hasScript = true }
            if form.hasText(at: Int(token.start), "expression"), form.isMark(at + 1, "(") {
                look.hasScript = true
            }
        }
        return look
    }

    private static func isEvent(_ form: borrowing ValueForm, _ token: Token) -> Bool {
        guard token.count >= 5, form.hasText(at: Int(token.start), "on") else { return false }
        for offset in Int(token.start)..<Int(token.end)
        where !ByteClass.isLetter(form.lower[offset]) {
            return false
        }
        return true
    }

    /// `<!--`, `<!DOCTYPE`, `<![CDATA[`; those of XML are judged elsewhere.
    private static func declaration(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ next: Int,
        _ verdicts: inout Verdicts
    ) {
        let start = Int(form.tokens[at].start)
        // `<!-- comment --> in html`
        let isMention =
            form.isMark(form.proseStart - 1, ">") && at == 0
            && form.isMark(form.proseStart - 2, "-") && form.proseStart < form.tokens.count
        if isMention, !form.tokens.dropFirst().contains(where: { $0.isMark("<") }) { return }
        if form.hasText(at: start, "<!--") {
            verdicts.add(.crossSiteScripting, 52, start..<start + 4, "a comment of HTML")
        } else if form.hasText(at: start, "<![endif") || form.hasText(at: start, "<![cdata")
            || form.hasText(at: start, "<!attlist") || form.hasText(at: start, "<?import")
        {
            verdicts.add(.crossSiteScripting, 60, start..<start + 6, "a declaration of HTML or XML")
        }
    }

    /// The rest of an element whose beginning the page holds: `…onload=x>`.
    private static func tail(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard let last = form.tokens.last, last.isMark(">"), form.tokens.count > 3 else { return }
        let isQuoted = form.has("\"") || form.has("'")
        for at in 0..<form.tokens.count - 1 where form.tokens[at].kind == .word {
            let isAttribute = form.isMark(at + 1, "=") && form.roles(at).contains(.attribute)
            if isAttribute, isQuoted {
                verdicts.add(
                    .crossSiteScripting,
                    55,
                    0..<form.bytes.count,
                    "attributes and the end of an element"
                )
            }
        }
    }

    // MARK: Words

    private static func word(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        let token = form.tokens[at]
        let start = Int(token.start)
        switch token.byte {
        case UInt8(ascii: "o"):
            event(form, at, &verdicts)
        case UInt8(ascii: "j"), UInt8(ascii: "v"), UInt8(ascii: "l"), UInt8(ascii: "d"):
            if isScriptAddress(form, start), !isTitle(form, at) {
                verdicts.add(
                    .crossSiteScripting,
                    80,
                    start..<min(start + 24, form.bytes.count),
                    "an address that is script"
                )
            }
        case UInt8(ascii: "b"), UInt8(ascii: "e"), UInt8(ascii: "m"):
            style(form, at, &verdicts)
        case UInt8(ascii: "i") where form.isWord(at, "import"):
            ScriptPhrases.module(form, at, &verdicts)
            if form.isMark(at - 1, "@"), at + 1 < form.tokens.count,
                form.tokens[at + 1].kind == .mark
            {
                verdicts.add(
                    .crossSiteScripting,
                    65,
                    start - 1..<Int(token.end),
                    "a style sheet from elsewhere"
                )
            }
        default: break
        }
        let roles = form.roles(at)
        if roles.contains(.scriptSink) || roles.contains(.scriptObject) {
            ScriptPhrases.judge(form, at, roles, &verdicts)
        }
    }

    /// `" onload=`: an event attribute behind a quote, a blank or a slash.
    private static func event(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        let token = form.tokens[at]
        // `onClick={() => setOpen(true)}`: an attribute of JSX.
        if at == 0, form.isMark(2, "{"), form.isMark(3, "("), form.isMark(4, ")") { return }
        guard form.isMark(at + 1, "="), isEvent(form, token), !form.isWord(at, "online"),
            !form.isWord(at, "onsale"), !form.isWord(at, "onset"), !form.isWord(at, "onsite")
        else { return }
        let isBehindMark =
            form.isMark(at - 1, "\"") || form.isMark(at - 1, "'")
            || form.isMark(at - 1, "/") && form.has("<")
            || form.isMark(at - 1, "`") || form.isMark(at - 1, "\\") || form.isMark(at - 1, "<")
            || form.isMark(at - 1, "{") && form.roles(at + 2).contains(.scriptSink)
        let isBehindQuote =
            form.has("\"") || form.has("'") || form.has("<") || form.has(">") || form.has("(")
            || form.roles(at + 2).contains(.scriptSink)
        guard isBehindMark || token.gap != .none || at == 0 && isBehindQuote,
            isBehindMark || !isQuotedWords(form, at + 2)
        else { return }
        let score = isBehindMark || isBehindQuote ? 80 : token.count > 5 ? 60 : 40
        let range = Int(token.start)..<Int(form.tokens[at + 1].end)
        verdicts.add(.crossSiteScripting, score, range, "an event attribute")
    }

    /// `onclick="return false" what does it do`: nothing but words within its quotes, and
    /// behind them.
    private static func isQuotedWords(_ form: borrowing ValueForm, _ quote: Int) -> Bool {
        guard form.isMark(quote, "\"") || form.isMark(quote, "'") else { return false }
        var at = quote + 1
        while at < form.tokens.count, form.tokens[at].kind == .word { at += 1 }
        return at < form.tokens.count && form.tokens[at].kind == .mark
            && form.tokens[at].byte == form.tokens[quote].byte && form.isFollowedByProse(at)
    }

    /// `javascript: the good parts`: words behind a blank, and nothing that script is of;
    /// `javascript:void(0)`, the link that does nothing.
    private static func isTitle(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        if form.isMark(at + 1, ":"), form.isWord(at + 2, "void"), form.isMark(at + 3, "("),
            form.isWord(at + 4, "0"), form.isMark(at + 5, ")")
        {
            return form.tokens.count == at + 6 || form.isFollowedByProse(at + 5)
        }
        return form.isMark(at + 1, ":") && at + 2 < form.tokens.count
            && form.tokens[at + 2].kind == .word && form.tokens[at + 2].gap == .blank
            && !form.has("(") && !form.has("=") && !form.has("`") && !form.has("<")
    }

    private static func style(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        let start = Int(form.tokens[at].start)
        if form.hasText(at: start, "expression"), form.isMark(at + 1, "("), form.has(":") {
            verdicts.add(.crossSiteScripting, 65, start..<start + 10, "an expression in a style")
        } else if form.hasText(at: start, "behavio"), form.isMark(at + 1, ":"),
            form.hasNear("url", from: start)
        {
            verdicts.add(.crossSiteScripting, 70, start..<start + 8, "a behaviour in a style")
        } else if form.hasText(at: start, "moz"), form.hasText(at: start, "moz-binding") {
            verdicts.add(.crossSiteScripting, 70, start..<start + 11, "a binding in a style")
        }
    }

    /// `javascript:`, whose letters blanks and controls may part, or `data:text/html`.
    static func isScriptAddress(_ form: borrowing ValueForm, _ start: Int) -> Bool {
        if form.hasText(at: start, "data:") { return isScriptData(form, start + 5) }
        return hasLetters(form, start, "javascript:") || hasLetters(form, start, "vbscript:")
            || hasLetters(form, start, "livescript:")
    }

    private static func isScriptData(_ form: borrowing ValueForm, _ start: Int) -> Bool {
        if form.hasText(at: start, "text/html") || form.hasText(at: start, "text/javascript")
            || form.hasText(at: start, "image/svg")
            || form.hasText(at: start, "application/x-javascript")
            || form.hasText(at: start, "text/xml")
            || form.hasText(at: start, "application/javascript")
        {
            return true
        }
        return form.has("<") && form.hasNear(",", from: start, within: 60)
    }

    private static func hasLetters(
        _ form: borrowing ValueForm,
        _ start: Int,
        _ text: StaticString
    ) -> Bool {
        text.withUTF8Buffer { expected in
            var at = start
            for (index, letter) in expected.enumerated() {
                while index > 0, at < form.lower.count, isFiller(form.lower[at], letter) { at += 1 }
                guard at < form.lower.count, form.lower[at] == letter else { return false }
                at += 1
            }
            return true
        }
    }

    private static func isFiller(_ byte: UInt8, _ letter: UInt8) -> Bool {
        ByteClass.isBlank(byte) || byte == 0x5C
    }
}
