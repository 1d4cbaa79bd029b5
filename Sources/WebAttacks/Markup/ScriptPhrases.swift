// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Calls and members that script in a page uses, and prose does not.
enum ScriptPhrases {
    static func judge(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ roles: Roles,
        _ verdicts: inout Verdicts
    ) {
        if roles.contains(.scriptSink) { sink(form, at, &verdicts) }
        if roles.contains(.scriptObject) { object(form, at, &verdicts) }
    }

    private static func add(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ last: Int,
        _ score: Int,
        _ reason: String,
        _ verdicts: inout Verdicts
    ) {
        let end = min(last, form.tokens.count - 1)
        verdicts.add(
            .crossSiteScripting,
            score,
            Int(form.tokens[at].start)..<Int(form.tokens[end].end),
            reason
        )
    }

    /// `alert(1)`, ``prompt`1` ``, `(alert)(1)`, `alert.call(null,1)`, `[1].find(alert)`.
    private static func sink(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        let next = at + 1
        let isStrong =
            form.isWord(at, "alert") || form.isWord(at, "confirm") || form.isWord(at, "prompt")
            || form.isWord(at, "eval") || form.isWord(at, "msgbox")
            || form.isWord(at, "fromcharcode")
            || form.isWord(at, "settimeout") || form.isWord(at, "setinterval")
            || form.isWord(at, "execscript") || form.isWord(at, "importscripts")
            || form.isWord(at, "xmlhttprequest") || form.isWord(at, "insertadjacenthtml")
        if form.isWord(at, "innerhtml") || form.isWord(at, "outerhtml") {
            if form.isMark(at - 1, ".") {
                add(form, at, at, 70, "script that writes the page", &verdicts)
            }
            return
        }
        if isStrong, form.isMark(next, "("),
            form.tokens[next].gap == .none || form.isMark(next + 1, "'")
                || form.isMark(next + 1, "\"")
        {
            if argument(form, next + 1) {
                add(form, at, next + 1, 75, "a call of script", &verdicts)
            }
        } else if isStrong, form.isMark(next, "`"), form.tokens[next].gap == .none,
            next + 1 < form.tokens.count
        {
            add(form, at, next + 1, 70, "a call of script by a template", &verdicts)
        } else if isStrong, form.isMark(next, "."), next + 1 < form.tokens.count,
            form.isWord(next + 1, "call") || form.isWord(next + 1, "apply")
                || form.isWord(next + 1, "bind")
        {
            add(form, at, next + 1, 70, "a call of script", &verdicts)
        } else if isStrong, form.isMark(at - 1, "("), form.isMark(next, ")"),
            form.isMark(next + 1, "(") || form.isMark(at - 2, "d") || isFunctionCall(form, at - 2)
        {
            add(form, at - 1, next + 1, 65, "a call of script", &verdicts)
        } else if isStrong, form.isMark(at - 1, "="),
            form.isMark(next, ",") || form.isMark(next, ";"), form.has("(")
        {
            add(form, at, next, 55, "a function of script under another name", &verdicts)
        } else if !isStrong, form.isMark(next, "("),
            form.isMark(at - 1, ".") || form.isWord(at, "write"), argument(form, next + 1)
        {
            let isWriting =
                form.isWord(at, "write") || form.isWord(at, "writeln")
                || form.isWord(at, "createelement") || form.isWord(at, "appendchild")
                || form.isWord(at, "getelementbyid")
            if isWriting { add(form, at, next + 1, 60, "script that writes the page", &verdicts) }
        }
    }

    /// `[1].find(alert)`: handed to a method.
    private static func isFunctionCall(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        at > 0 && form.tokens[at].kind == .word && form.isMark(at - 1, ".")
    }

    /// A call's argument that is none of a manual's: `eval()`, `prompt(s)`.
    private static func argument(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        guard at < form.tokens.count else { return true }
        let token = form.tokens[at]
        if token.isMark(")") {
            return form.tokens.count <= at + 2 || form.has(";") || form.has("<") || form.has("=")
        }
        if token.kind == .number { return true }
        if token.kind == .mark { return true }
        if form.roles(at).contains(.scriptObject) || form.roles(at).contains(.scriptSink) {
            return true
        }
        return form.isMark(at + 1, ".") || form.isMark(at + 1, "(") || form.has("=")
            || form.has(";")
            || form.tokens.count <= at + 3 || form.has(">")
    }

    /// `document.cookie`, `self["alert"]`, `location=`, `[].constructor.constructor`.
    private static func object(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        var next = at + 1
        skipComments(form, &next)
        guard next < form.tokens.count else { return }
        let isPage =
            form.isWord(at, "document") || form.isWord(at, "window") || form.isWord(at, "self")
            || form.isWord(at, "top") || form.isWord(at, "parent") || form.isWord(at, "frames")
            || form.isWord(at, "this") || form.isWord(at, "location")
            || form.isWord(at, "globalthis")
        guard isPage else { return }
        if form.isMark(next, ".") {
            next += 1
            skipComments(form, &next)
            guard form.roles(next).contains(.scriptMember), form.tokens[next].kind == .word else {
                return
            }
            let isWhole = form.tokens.count <= next + 2 && form.isWord(at, "document")
            let isUsed =
                next + 1 < form.tokens.count && form.tokens[next + 1].kind == .mark
                && !form.isMark(next + 1, ",")
                && (form.tokens[next + 1].gap == .none || form.isMark(next + 1, "="))
            let score =
                form.isWord(at, "document") ? (isUsed || isWhole ? 70 : 55) : isUsed ? 60 : 30
            add(form, at, next, score, "an object of the page", &verdicts)
        } else if form.isMark(next, "["), form.tokens[next].gap == .none {
            var inner = next + 1
            skipComments(form, &inner)
            let isName =
                form.isMark(inner, "\"") || form.isMark(inner, "'") || form.isMark(inner, "`")
                || form.isMark(inner, "(") || form.isMark(inner, "/")
            if isName {
                add(form, at, inner, 68, "an object of the page by a name in brackets", &verdicts)
            }
        } else if form.isWord(at, "location"), form.isMark(next, "="), at > 0,
            form.isMark(at - 1, ";") && (form.has("(") || form.has("'"))
                || form.isMark(at - 1, "\"") || form.isMark(at - 1, "'") || form.isMark(at - 1, ".")
        {
            add(form, at, next, 60, "script that leads elsewhere", &verdicts)
        }
    }

    private static func skipComments(_ form: borrowing ValueForm, _ at: inout Int) {
        while form.isMark(at, "/"), form.isMark(at + 1, "*") {
            at += 2
            let end = min(at + 12, form.tokens.count)
            while at < end, !(form.isMark(at, "*") && form.isMark(at + 1, "/")) { at += 1 }
            at += 2
        }
    }
}
