// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// What follows a command's name.
enum Arguments: Sendable {
    /// Nothing, or a separator.
    case none
    /// An option, a path, a number, a variable, an address.
    case firm
    /// A file's, host's or setting's name.
    case named
    /// One word, and then the end.
    case word
    /// Words of a sentence.
    case prose

    static func look(_ form: borrowing ValueForm, _ from: Int) -> Arguments {
        var at = from
        guard at < form.tokens.count else { return .none }
        // A program's name goes on: `ansible-doc`.
        while form.isMark(at, "-"), form.tokens[at].gap == .none, at + 1 < form.tokens.count,
            form.tokens[at + 1].kind == .word, form.tokens[at + 1].gap == .none
        {
            at += 2
        }
        var gap = Token.Gap.none
        while form.isMark(at, "'") || form.isMark(at, "\"") || form.isMark(at, "\\") {
            if form.isMark(at, "\\"), at + 1 < form.tokens.count, form.tokens[at + 1].gap != .none {
                return .prose
            }
            if form.tokens[at].gap != .none { gap = .blank }
            at += 1
        }
        guard at < form.tokens.count else { return .none }
        let token = form.tokens[at]
        switch token.kind {
        case .number:
            let isHost = form.lower[token.range].count { $0 == 0x2E } == 3
            return isHost || isEnd(form, at + 1) ? .firm : .prose
        case .mark:
            return mark(form, at)
        case .word:
            if token.gap == .none, gap == .none { return .prose }
            if isAddress(form, at) { return .firm }
            if isName(form, at) {
                return form.isMark(at + 1, "/") && form.spacedWords > 2 ? .prose : .named
            }
            if isEnd(form, at + 1) { return .word }
            let roles = form.roles(at)
            if roles.contains(.command), !roles.contains(.article),
                isEnd(form, at + 1) || form.isMark(at + 1, "-") && form.tokens[at + 1].gap != .none
            {
                return .firm
            }
            return laterIsFirm(form, at + 1) ? .firm : .prose
        }
    }

    private static func mark(_ form: borrowing ValueForm, _ at: Int) -> Arguments {
        let token = form.tokens[at]
        switch token.byte {
        case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: "`"),
            UInt8(ascii: ")"), UInt8(ascii: "}"):
            return .none
        case UInt8(ascii: "#"): return token.gap == .none ? .prose : .none
        case UInt8(ascii: "-"):
            guard token.gap != .none, at + 1 < form.tokens.count, form.tokens[at + 1].gap == .none
            else { return .prose }
            return form.isMark(at + 1, "-")
                && (at + 2 >= form.tokens.count || form.tokens[at + 2].gap != .none)
                ? .prose : .firm
        case UInt8(ascii: "/"):
            if token.gap == .none { return .prose }
            return at + 1 >= form.tokens.count || form.tokens[at + 1].gap == .none ? .firm : .prose
        case UInt8(ascii: "$"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "{"), UInt8(ascii: "["):
            if form.isMark(at, "{"), form.spacedWords > 2 { return .prose }
            if form.isMark(at, "~"), token.gap == .none { return .prose }
            if form.roles(at + 1).contains(.phpVariable) { return .prose }
            return at + 1 < form.tokens.count ? .firm : .prose
        case UInt8(ascii: "*"), UInt8(ascii: "?"):
            return token.gap != .none ? .firm : .prose
        case UInt8(ascii: "."):
            guard token.gap != .none else { return .prose }
            return at + 1 >= form.tokens.count || form.isMark(at + 1, "/")
                || form.isMark(at + 1, ".") || form.isMark(at + 1, "\\")
                || form.spacedWords < 2 && form.tokens[at + 1].kind == .word
                    && form.tokens[at + 1].gap == .none
                ? .firm : .prose
        default: return .prose
        }
    }

    static func isEnd(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard at < form.tokens.count else { return true }
        let token = form.tokens[at]
        if token.gap == .line { return true }
        guard token.kind == .mark else { return false }
        switch token.byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            return token.gap == .none
        case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"), UInt8(ascii: "`"),
            UInt8(ascii: ")"), UInt8(ascii: "}"),
            UInt8(ascii: ">"), UInt8(ascii: "<"), UInt8(ascii: "#"):
            return true
        default:
            return false
        }
    }

    /// `http://x`, `c:\x`, `1.2.3.4`.
    private static func isAddress(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard form.isMark(at + 1, ":"), form.tokens[at + 1].gap == .none else { return false }
        return form.isMark(at + 2, "/") && form.isMark(at + 3, "/") || form.tokens[at].count == 1
    }

    /// A file's or host's name, an address, a drive: `x.sh`, `http://`, `c:\`, `a=b`.
    private static func isName(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard at + 1 < form.tokens.count, form.tokens[at + 1].gap == .none else { return false }
        if form.isMark(at + 1, ":") {
            return at + 2 < form.tokens.count && form.tokens[at + 2].gap == .none
                && form.tokens[at + 2].kind == .mark
                && !form.isMark(at + 2, ":")
        }
        if form.isMark(at + 1, "=") || form.isMark(at + 1, "@") || form.isMark(at + 1, "/")
            || form.isMark(at + 1, "*")
        {
            return true
        }
        return form.isMark(at + 1, ".") && at + 2 < form.tokens.count
            && form.tokens[at + 2].gap == .none
            && form.tokens[at + 2].kind == .word && form.tokens[at + 2].count < 6
    }

    /// An option or path within the next words: `net user /add`, `cat x /etc/passwd`.
    private static func laterIsFirm(_ form: borrowing ValueForm, _ from: Int) -> Bool {
        for at in from..<min(from + 4, form.tokens.count) {
            let token = form.tokens[at]
            if form.roles(at).contains(.article) { return false }
            if token.kind == .mark {
                let isJoined = at + 1 < form.tokens.count && form.tokens[at + 1].gap == .none
                return token.gap != .none && isJoined
                    && (token.byte == UInt8(ascii: "-") && form.tokens[at + 1].kind == .word
                        && form.tokens[at + 1].count <= 3
                        || token.byte == UInt8(ascii: "/") || token.byte == UInt8(ascii: "$"))
            }
        }
        return false
    }
}
