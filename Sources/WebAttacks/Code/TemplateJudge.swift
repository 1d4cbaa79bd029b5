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
        if form.roles.contains(.dunder) {
            for at in 0..<form.tokens.count
            where form.roles(at).contains(.dunder) && !form.isWord(at, "__proto__") {
                add(
                    form,
                    at,
                    at,
                    form.tokens.count > 1 || form.tokens[at].count > 9 ? 65 : 45,
                    "an inner name of Python",
                    &verdicts
                )
            }
        }
    }

    private static func add(
        _ form: borrowing ValueForm,
        _ from: Int,
        _ to: Int,
        _ score: Int,
        _ reason: String,
        _ verdicts: inout Verdicts
    ) {
        let first = max(0, from)
        let last = max(first, min(to, form.tokens.count - 1))
        verdicts.add(
            .template,
            score,
            Int(form.tokens[first].start)..<Int(form.tokens[last].end),
            reason
        )
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
                form.tokens[index - 1].kind == .number || form.isMark(index - 1, "*"),
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
        let isClosed = form.isMark(index, "}") || index >= form.tokens.count || index == from + 20
        guard isClosed else { return }
        if isSum {
            add(
                form,
                first,
                index,
                70,
                "a sum within braces, to see whether a template computes it",
                &verdicts
            )
        } else if hasWord, hasCall || isDouble || form.isMark(from + 1, ".") {
            add(form, first, index, 70, "an expression for a template engine", &verdicts)
        } else if hasCall {
            add(form, first, index, 62, "a call for a template engine", &verdicts)
        } else if hasPipe, form.find("%") == nil || form.plainWords < 4 {
            add(form, first, index, 52, "a filter for a template engine", &verdicts)
        } else if form.isMark(at + 1, "{"), form.isMark(index, "}"), form.isMark(index + 1, "}"),
            form.tokens.count < index + 4, at < 3,
            form.has(".") || form.has("[") || form.has("$") || form.has(",")
        {
            add(form, first, index + 1, 55, "an expression for a template engine", &verdicts)
        }
    }

    /// `{$smarty.version}`, `{1} + {1}`.
    private static func smarty(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        if form.isMark(at + 1, "$"), form.isWord(at + 2, "smarty") {
            add(form, at, at + 2, 65, "a variable of Smarty", &verdicts)
        }
        if form.isMark(at + 1, "#") || form.isMark(at + 1, "@"),
            form.isMark(at + 2, "{") || form.isMark(at + 2, "(")
        {
            add(form, at, at + 2, 55, "an expression for a template engine", &verdicts)
        }
    }

    /// `<%= 7*7 %>`.
    private static func server(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard let start = form.find("<%") else { return }
        let isFollowed = start + 2 < form.bytes.count
        let byte = isFollowed ? form.bytes[start + 2] : 0
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

    /// `#set($x=1)`, `<#assign`, `#{7*7}`.
    private static func directive(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count where form.isMark(at, "#") && at + 1 < form.tokens.count {
            if form.isWord(at + 1, "set"), form.isMark(at + 2, "("), !form.isMark(at + 3, ")") {
                add(form, at, at + 2, 70, "a directive of Velocity", &verdicts)
            }
            if form.isMark(at - 1, "<"),
                form.isWord(at + 1, "assign") || form.isWord(at + 1, "list")
                    || form.isWord(at + 1, "if")
            {
                add(form, at - 1, at + 1, 70, "a directive of FreeMarker", &verdicts)
            }
        }
    }
}
