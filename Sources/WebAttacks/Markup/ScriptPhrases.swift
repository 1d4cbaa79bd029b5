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
                verdicts.add(
                    .crossSiteScripting,
                    70,
                    form.range(at, at),
                    "script that writes the page"
                )
            }
            return
        }
        if isStrong, form.isMark(next, "("),
            form.tokens[next].gap == .none || form.isMark(next + 1, "'")
                || form.isMark(next + 1, "\"")
        {
            // `javascript alert("hello")`
            let isTopic =
                at > 0 && form.tokens[at].gap == .blank && form.tokens[at - 1].kind == .word
                && !form.has("<") && !form.has(";") && !form.has("=") && !form.has(">")
            let isMention = form.closing(next).map { form.isFollowedByProse($0) } ?? false
            if argument(form, next + 1), !isTopic, !isMention {
                verdicts.add(.crossSiteScripting, 75, form.range(at, next + 1), "a call of script")
            }
        } else if isStrong, form.isMark(next, "`"), form.tokens[next].gap == .none,
            next + 1 < form.tokens.count
        {
            verdicts.add(
                .crossSiteScripting,
                70,
                form.range(at, next + 1),
                "a call of script by a template"
            )
        } else if isStrong, form.isMark(next, "."), next + 1 < form.tokens.count,
            form.isWord(next + 1, "call") || form.isWord(next + 1, "apply")
                || form.isWord(next + 1, "bind")
        {
            verdicts.add(.crossSiteScripting, 70, form.range(at, next + 1), "a call of script")
        } else if isStrong, form.isMark(at - 1, "("), form.isMark(next, ")"),
            form.isMark(next + 1, "(") || form.isMark(at - 2, "d") || isFunctionCall(form, at - 2)
        {
            verdicts.add(.crossSiteScripting, 65, form.range(at - 1, next + 1), "a call of script")
        } else if isStrong, form.isMark(at - 1, "="),
            form.isMark(next, ",") || form.isMark(next, ";"), form.has("(")
        {
            verdicts.add(
                .crossSiteScripting,
                55,
                form.range(at, next),
                "a function of script under another name"
            )
        } else if form.isWord(at, "function"), form.isMark(next, "`"), form.isWord(at - 1, "new") {
            verdicts.add(
                .crossSiteScripting,
                62,
                form.range(at, next),
                "a function made of a template"
            )
        } else if form.isWord(at, "fetch"), form.isMark(next, "("),
            form.isMark(next + 1, "'") || form.isMark(next + 1, "\"") || form.isMark(next + 1, "`"),
            form.has("/")
        {
            verdicts.add(
                .crossSiteScripting,
                60,
                form.range(at, next + 1),
                "script that calls elsewhere"
            )
        } else if !isStrong, form.isMark(next, "("),
            form.isMark(at - 1, ".") || form.isWord(at, "write"), argument(form, next + 1)
        {
            let isWriting =
                form.isWord(at, "write") || form.isWord(at, "writeln")
                || form.isWord(at, "createelement") || form.isWord(at, "appendchild")
                || form.isWord(at, "getelementbyid")
            if isWriting {
                verdicts.add(
                    .crossSiteScripting,
                    60,
                    form.range(at, next + 1),
                    "script that writes the page"
                )
            }
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
        if !isPage { return storage(form, at, &verdicts) }
        if form.isMark(next, ".") {
            next += 1
            skipComments(form, &next)
            guard form.roles(next).contains(.scriptMember), form.tokens[next].kind == .word else {
                return
            }
            let isWhole =
                form.tokens.count <= next + 2 && form.isWord(at, "document")
                && form.tokens[at].gap == .none
            let isUsed =
                next + 1 < form.tokens.count && form.tokens[next + 1].kind == .mark
                && !form.isMark(next + 1, ",")
                && (form.tokens[next + 1].gap == .none || form.isMark(next + 1, "="))
            let isProse = form.tokens[at].gap != .none && !isUsed
            let isMaker = form.isWord(next, "getelementbyid") || form.isWord(next, "createelement")
            let score =
                isMaker && !isUsed
                ? 40
                : form.isWord(at, "document")
                    ? (isUsed || isWhole ? 70 : isProse ? 40 : 55) : isUsed ? 60 : 30
            verdicts.add(.crossSiteScripting, score, form.range(at, next), "an object of the page")
        } else if form.isMark(next, "["), form.tokens[next].gap == .none {
            var inner = next + 1
            skipComments(form, &inner)
            let isName =
                form.isMark(inner, "\"") || form.isMark(inner, "'") || form.isMark(inner, "`")
                || form.isMark(inner, "(") || form.isMark(inner, "/")
            if isName {
                verdicts.add(
                    .crossSiteScripting,
                    68,
                    form.range(at, inner),
                    "an object of the page by a name in brackets"
                )
            }
        } else if form.isWord(at, "location"), form.isMark(next, "="), at > 0,
            form.isMark(at - 1, ";") && (form.has("(") || form.has("'"))
                || form.isMark(at - 1, "\"") || form.isMark(at - 1, "'") || form.isMark(at - 1, ".")
        {
            verdicts.add(
                .crossSiteScripting,
                60,
                form.range(at, next),
                "script that leads elsewhere"
            )
        }
    }

    /// `localStorage.getItem('x')`, `Reflect.apply(alert,…)`.
    private static func storage(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ verdicts: inout Verdicts
    ) {
        guard form.isMark(at + 1, "."), form.isMark(at + 3, "("), form.spacedWords < 3,
            form.tokens[at + 3].gap == .none, form.tokens[at].gap == .none
        else { return }
        let isStorage =
            (form.isWord(at, "localstorage") || form.isWord(at, "sessionstorage"))
            && (form.isWord(at + 2, "getitem") || form.isWord(at + 2, "setitem"))
        let isCall =
            form.isWord(at, "reflect") && form.isWord(at + 2, "apply")
            || form.isWord(at, "object") && form.isWord(at + 2, "defineproperty")
        if isStorage || isCall {
            verdicts.add(.crossSiteScripting, 58, form.range(at, at + 3), "a call of script")
        }
    }

    /// `import('//host/x.js')`: a module from elsewhere.
    static func module(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard form.isMark(at + 1, "("), form.tokens[at + 1].gap == .none,
            form.isMark(at + 2, "'") || form.isMark(at + 2, "\"") || form.isMark(at + 2, "`")
        else { return }
        let start = Int(form.tokens[at + 2].end)
        if form.hasText(at: start, "//") || form.hasText(at: start, "http")
            || form.hasText(at: start, "data:")
        {
            verdicts.add(
                .crossSiteScripting,
                62,
                form.range(at, at + 2),
                "a module of script from elsewhere"
            )
        }
    }

    /// `$.getScript('//host/x.js')`.
    static func query(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard form.isMark(at + 1, "."), form.isMark(at + 3, "("),
            form.isWord(at + 2, "getscript") || form.isWord(at + 2, "globaleval")
                || form.isWord(at + 2, "get")
        else { return }
        if form.isMark(at + 4, "'") || form.isMark(at + 4, "\"") {
            verdicts.add(.crossSiteScripting, 58, form.range(at, at + 4), "script from elsewhere")
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
