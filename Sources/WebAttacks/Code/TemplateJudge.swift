// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Expressions of template engines, and the lookups of Log4j.
enum TemplateJudge {
    static func judge(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        if form.has("{") {
            for at in 0..<form.tokens.count where form.isMark(at, "{") {
                opening(form, at, &verdicts)
            }
        }
        if form.has("<"), form.has("%") { server(form, &verdicts) }
        if form.has("#") { directive(form, &verdicts) }
        if form.has("@"), form.has("(") { razor(form, &verdicts) }
        if form.roles.contains(.dunder) {
            for at in 0..<form.tokens.count
            where form.roles(at).contains(.dunder) && !form.isWord(at, "__proto__") {
                verdicts.add(
                    .template,
                    isProse(form, at)
                        ? 40 : form.tokens.count > 1 || form.tokens[at].count > 9 ? 65 : 45,
                    form.range(at, at),
                    "an inner name of Python"
                )
            }
        }
    }

    /// `__init__ vs __new__`, `__init__.py`: talk about Python, and its files.
    private static func isProse(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        if form.isMark(at + 1, "."), form.isWord(at + 2, "py") { return true }
        guard form.spacedWords > 0 else { return false }
        let isUsed =
            form.isMark(at - 1, ".") || form.isMark(at - 1, "[") || form.isMark(at - 1, "(")
            || form.isMark(at - 1, "'") || form.isMark(at - 1, "\"") || form.isMark(at + 1, ".")
            || form.isMark(at + 1, "[") || form.isMark(at + 1, "(") || form.isMark(at + 1, "'")
        return !isUsed
    }

    /// `@(7*7)`, `@System.Diagnostics…(`.
    private static func razor(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count
        where form.isMark(at, "@") && (at == 0 || form.tokens[at].gap != .none) {
            let isSum =
                form.isMark(at + 1, "(") && at + 4 < form.tokens.count
                && form.tokens[at + 2].kind == .number
                && (form.isMark(at + 3, "*") || form.isMark(at + 3, "+"))
                && form.tokens[at + 4].kind == .number
            let isCall = form.isWord(at + 1, "system") && form.isMark(at + 2, ".") && form.has("(")
            if isSum || isCall {
                verdicts.add(.template, 64, form.range(at, at + 2), "an expression of Razor")
            }
        }
    }

    private static func opening(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts)
    {
        let isDouble = form.isMark(at + 1, "{") || form.isMark(at + 1, "%")
        let isJoined = at > 0 && form.tokens[at].gap == .none
        let sigil =
            isJoined
            && (form.isMark(at - 1, "$") || form.isMark(at - 1, "#") || form.isMark(at - 1, "*")
                || form.isMark(at - 1, "@") || form.isMark(at - 1, "%"))
        if isJoined, form.isMark(at - 1, "$") { Lookups.judge(form, at, &verdicts) }
        guard isDouble || sigil else {
            smarty(form, at, &verdicts)
            return
        }
        expression(form, at, isDouble ? at + 2 : at + 1, isDouble: isDouble, &verdicts)
    }

    /// What stands within the braces: a sum, a call, a name of the engine.
    private static func expression(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ from: Int,
        isDouble: Bool,
        _ verdicts: inout Verdicts
    ) {
        let first = max(0, at - 1)
        var index = from
        var isSum = false
        var hasWord = false
        var hasCall = false
        var hasPipe = false
        while index < form.tokens.count, index < from + 20, !form.isMark(index, "}") {
            let token = form.tokens[index]
            if token.kind == .mark, index > from,
                token.byte == UInt8(ascii: "*") || token.byte == UInt8(ascii: "+")
                    || token.byte == UInt8(ascii: "-"),
                form.tokens[index - 1].kind == .number || form.isMark(index - 1, "*")
                    || form.isMark(index - 1, "'"),
                index + 1 < form.tokens.count,
                form.tokens[index + 1].kind == .number || form.isMark(index + 1, "'")
                    || form.isMark(index + 1, "*")
            {
                isSum = true
            }
            if form.roles(index).contains(.templateWord) || form.roles(index).contains(.dunder) {
                hasWord = true
            }
            if form.roles(index).contains(.javaClass) || form.roles(index).contains(.phpFunction) {
                hasWord = true
            }
            if form.isMark(index, "("), index > from, form.tokens[index - 1].kind == .word {
                hasCall = true
            }
            if form.isMark(index, "|"), isDouble { hasPipe = true }
            index += 1
        }
        // `{% include header.html %}`: a page's own part, by its name.
        let isPart =
            form.isMark(at + 1, "%") && form.isWord(from, "include") && !form.has("'")
            && !form.has("\"") && !form.has("/") && !hasCall
        if isPart { return }
        let isClosed = form.isMark(index, "}") || index >= form.tokens.count || index == from + 20
        guard isClosed else { return }
        if isSum {
            verdicts.add(
                .template,
                70,
                form.range(first, index),
                "a sum within braces, to see whether a template computes it"
            )
        } else if hasWord, hasCall || isDouble || form.isMark(from + 1, ".") {
            verdicts.add(
                .template,
                70,
                form.range(first, index),
                "an expression for a template engine"
            )
        } else if hasCall {
            verdicts.add(.template, 62, form.range(first, index), "a call for a template engine")
        } else if hasPipe, form.find("%") == nil || form.plainWords < 4 {
            verdicts.add(.template, 52, form.range(first, index), "a filter for a template engine")
        } else if form.isMark(at + 1, "{"), form.isMark(index, "}"), form.isMark(index + 1, "}"),
            form.tokens.count < index + 4, at < 3, !isPlainName(form, from, index),
            form.has(".") || form.has("[") || form.has("$") || form.has(",")
        {
            verdicts.add(
                .template,
                55,
                form.range(first, index + 1),
                "an expression for a template engine"
            )
        }
    }

    /// `{{ user.name }}`, `{{.msg}}`: names and dots, which compute nothing.
    private static func isPlainName(_ form: borrowing ValueForm, _ from: Int, _ end: Int) -> Bool {
        form.tokens[from..<end].allSatisfy { $0.kind == .word || $0.byte == UInt8(ascii: ".") }
    }

    /// `{$smarty.version}`, `{1} + {1}`.
    private static func smarty(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        if form.isMark(at + 1, "$"), form.isWord(at + 2, "smarty") {
            verdicts.add(.template, 65, form.range(at, at + 2), "a variable of Smarty")
        }
        if at + 1 < form.tokens.count, form.hasText(at: Int(form.tokens[at + 1].start), "smarty_") {
            verdicts.add(.template, 65, form.range(at, at + 1), "a class of Smarty")
        }
        if form.isMark(at + 1, "#") || form.isMark(at + 1, "@"),
            form.isMark(at + 2, "{") || form.isMark(at + 2, "(")
        {
            verdicts.add(
                .template,
                55,
                form.range(at, at + 2),
                "an expression for a template engine"
            )
        }
    }

    /// `<%= 7*7 %>`.
    private static func server(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard let start = form.find("<%") else { return }
        let isFollowed = start + 2 < form.bytes.count
        let byte = isFollowed ? form.bytes[start + 2] : 0
        if byte == UInt8(ascii: "="), isNameAlone(form, start + 3) { return }
        if byte == UInt8(ascii: "=") || ByteClass.isBlank(byte) || byte == UInt8(ascii: "@")
            || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"")
        {
            verdicts.add(
                .template,
                byte == 0 ? 50 : 65,
                start..<start + 2,
                "code between <% and %>"
            )
        }
    }

    /// `<%= title %>`: one name of letters.
    private static func isNameAlone(_ form: borrowing ValueForm, _ start: Int) -> Bool {
        guard let end = form.find("%>", from: start), end - start < 32 else { return false }
        let words = form.lower[start..<end].split(separator: 0x20)
        return words.count == 1 && words[0].allSatisfy(ByteClass.isLetter)
    }

    /// `#set($x=1)`, `<#assign`, `#{7*7}`.
    private static func directive(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count where form.isMark(at, "#") && at + 1 < form.tokens.count {
            if form.isWord(at + 1, "set"), form.isMark(at + 2, "("), !form.isMark(at + 3, ")") {
                verdicts.add(.template, 70, form.range(at, at + 2), "a directive of Velocity")
            }
            if form.isMark(at - 1, "<"),
                form.isWord(at + 1, "assign") || form.isWord(at + 1, "list")
                    || form.isWord(at + 1, "if")
            {
                verdicts.add(.template, 70, form.range(at - 1, at + 1), "a directive of FreeMarker")
            }
        }
    }
}
