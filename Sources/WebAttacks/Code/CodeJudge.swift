// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

/// Java and its frameworks, Node, prototypes, Perl and Ruby.
enum CodeJudge {
    static func judge(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        for at in 0..<form.tokens.count where form.tokens[at].kind == .word {
            let roles = form.roles(at)
            if roles.contains(.javaPackage) { package(form, at, &verdicts) }
            if roles.contains(.javaClass) { javaClass(form, at, &verdicts) }
            if roles.contains(.nodeWord) { node(form, at, &verdicts) }
            if form.tokens[at].byte == UInt8(ascii: "c"), form.isWord(at, "class") {
                loader(form, at, &verdicts)
            }
            if form.isWord(at, "return"), form.isMark(at + 1, "\"") || form.isMark(at + 1, "'"),
                form.has("(")
            {
                verdicts.add(.code, 55, form.range(at, at + 1), "code that returns a call")
            }
            CodePhrases.judge(form, at, &verdicts)
            if form.isWord(at, "while") || form.isWord(at, "for") || form.isWord(at, "do") {
                loop(form, at, &verdicts)
            }
        }
        if let first = form.tokens.first, first.kind == .word { serialized(form, first, &verdicts) }
        if form.has(":") || form.has("!") { CodePhrases.marks(form, &verdicts) }
        if form.has("$"), let at = form.find("_$$nd_func$$_") {
            verdicts.add(.code, 75, at..<at + 13, "a function that Node deserializes")
        }
        perl(form, &verdicts)
    }

    /// `java.lang.Runtime`, `org.apache.commons`, not a page's `com.example`.
    private static func package(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts)
    {
        guard form.isMark(at + 1, "."), at + 2 < form.tokens.count,
            form.tokens[at + 2].kind == .word,
            form.tokens[at + 2].gap == .none, !form.isMark(at - 1, "."), !form.isMark(at - 1, "-"),
            !form.isMark(at - 1, "/")
        else { return }
        let name = Int(form.tokens[at + 2].start)
        let isJava =
            form.isWord(at, "java") || form.isWord(at, "javax") || form.isWord(at, "jakarta")
        let isCore =
            form.hasText(at: name, "lang") || form.hasText(at: name, "io")
            || form.hasText(at: name, "util")
            || form.hasText(at: name, "net") || form.hasText(at: name, "nio")
            || form.hasText(at: name, "script")
            || form.hasText(at: name, "naming") || form.hasText(at: name, "el.")
            || form.hasText(at: name, "servlet") || form.hasText(at: name, "beans")
        if isJava, isCore, form.isMark(at + 3, ".") {
            let end = at + 4
            let isError =
                end < form.tokens.count
                && (endsWith(form, form.tokens[end], "exception")
                    || endsWith(form, form.tokens[end], "error"))
            // A name alone is read about, too.
            let isName = form.marksOnlyOfNames() && form.spacedWords > 0
            let isProse = form.spacedWords > 1 && !form.has("(") || isName
            verdicts.add(
                .code,
                isError || isProse || form.plainWords > 8 ? 40 : 67,
                form.range(at, end),
                "a class of Java"
            )
        }
        let isKnown =
            form.isWord(at, "org")
            && (form.hasText(at: name, "apache.commons") || form.hasText(at: name, "omg.corba")
                || form.hasText(at: name, "apache.struts")
                || form.hasText(at: name, "springframework")
                || form.hasText(at: name, "codehaus.groovy")
                || form.hasText(at: name, "apache.xalan"))
            || form.isWord(at, "com")
                && (form.hasText(at: name, "opensymphony") || form.hasText(at: name, "sun.org"))
            || form.isWord(at, "sun") && form.hasText(at: name, "reflect")
        if isKnown {
            verdicts.add(
                .code,
                form.plainWords > 8
                    || form.marksOnlyOfNames()
                        && form.spacedWords > 0
                    ? 40 : 65,
                form.range(at, at + 4),
                "a class of a framework of Java"
            )
        }
    }

    private static func endsWith(_ form: borrowing ValueForm, _ token: Token, _ text: StaticString)
        -> Bool
    {
        let start = Int(token.end) - text.utf8CodeUnitCount
        return start >= Int(token.start) && form.hasText(at: start, text)
    }

    private static func javaClass(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ verdicts: inout Verdicts
    ) {
        let isJoined =
            form.isMark(at + 1, ".") && at + 2 < form.tokens.count
            && form.tokens[at + 2].gap == .none
        let isCalled = form.isMark(at + 1, "(") && form.tokens[at + 1].gap == .none
        let isMember =
            form.isMark(at - 1, ".") || form.isMark(at - 1, "#") || form.isMark(at - 1, "@")
            || form.isMark(at - 1, "[")
        if form.isWord(at, "runtime") {
            guard isJoined, at == 0,
                form.tokens.count <= 4 || form.roles(at + 2).contains(.javaClass),
                !isQuestion(form, at + 2)
            else { return }
            verdicts.add(.code, 58, form.range(at, at + 2), "a class of Java's runtime")
            return
        }
        let isRare =
            form.isWord(at, "processbuilder") || form.isWord(at, "ognl")
            || form.isWord(at, "_memberaccess")
            || form.isWord(at, "xwork") || form.isWord(at, "getruntime")
            || form.isWord(at, "invokertransformer")
            || form.isWord(at, "classloader") || form.isWord(at, "memberaccess")
            || form.isWord(at, "opensymphony")
        if isRare, isJoined || isCalled || isMember, !isQuestion(form, at) {
            verdicts.add(
                .code,
                65,
                form.range(at, at + 1),
                "a class of Java that runs or loads code"
            )
        } else if isCalled, isMember,
            form.isWord(at, "getclass") || form.isWord(at, "forname")
                || form.isWord(at, "newinstance") || form.isWord(at, "getenginebyname")
                || form.isWord(at, "getmethod"),
            form.closing(at + 1).map({ form.isFollowedByProse($0) }) != true
        {
            verdicts.add(.code, 62, form.range(at, at + 1), "reflection of Java")
        } else if form.tokens.count == 1, form.tokens[at].count > 14 {
            verdicts.add(.code, 50, form.range(at, at), "a class of Java that runs or loads code")
        }
    }

    /// `Runtime.getRuntime().availableProcessors()`: what a machine has, and no more.
    private static func isQuestion(_ form: borrowing ValueForm, _ at: Int) -> Bool {
        form.isWord(at, "getruntime") && form.isMark(at + 3, ".")
            && (form.isWord(at + 4, "availableprocessors") || form.isWord(at + 4, "totalmemory")
                || form.isWord(at + 4, "freememory") || form.isWord(at + 4, "maxmemory"))
            && form.isWord(0, "runtime") && form.tokens.count <= at + 7
    }

    /// `require('fs') vs import fs from 'fs'`: another word right behind the call.
    private static func isSpokenOf(_ form: borrowing ValueForm, _ open: Int) -> Bool {
        guard let end = form.closing(open), !form.has(";"), !form.has("=") else { return false }
        return form.isFollowedByWord(end) || form.isFollowedByProse(end)
    }

    /// `class.module.classLoader`, `class[classLoader]`.
    private static func loader(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        guard form.isMark(at + 1, ".") || form.isMark(at + 1, "[") else { return }
        if form.hasNear("classloader", from: Int(form.tokens[at].end), within: 20) {
            verdicts.add(.code, 75, form.range(at, at + 3), "the class loader of a Java server")
        }
    }

    private static func node(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        let next = at + 1
        let isCalled = form.isMark(next, "(") && form.tokens[next].gap == .none
        if form.isWord(at, "__proto__") || form.isWord(at, "__definegetter__")
            || form.hasText(at: Int(form.tokens[at].start), "_$$nd_func")
        {
            // `Object.prototype.__proto__ vs prototype`
            if form.isFollowedByProse(at) || form.isPrecededByProse(at) { return }
            verdicts.add(.code, 75, form.range(at, at), "the prototype of all objects")
        } else if form.isWord(at, "constructor") {
            let chains =
                form.isMark(next, ".")
                && (form.isWord(next + 1, "prototype") || form.isWord(next + 1, "constructor"))
                || form.isMark(next, "[")
                    && (form.isWord(next + 1, "prototype") || form.isMark(next + 1, "'")
                        || form.isMark(next + 1, "\""))
            let isKey = form.isMark(next, "\"") && form.isMark(at - 1, "\"")
            if chains
                || isKey && form.hasNear("\"prototype\"", from: Int(form.tokens[at].end), within: 8)
            {
                verdicts.add(.code, 72, form.range(at, next + 1), "the prototype of all objects")
            }
        } else if form.isWord(at, "require"), isCalled,
            form.isMark(next + 1, "'") || form.isMark(next + 1, "\"") || form.isMark(next + 1, "`")
        {
            if isSpokenOf(form, next) { return }
            verdicts.add(.code, 65, form.range(at, next + 1), "a module of Node, loaded")
        } else if form.isWord(at, "process") {
            let isMember =
                form.isMark(next, ".")
                && (form.roles(next + 1).contains(.nodeWord) || form.isWord(next + 1, "env")
                    || form.isWord(next + 1, "exit"))
            let end = form.isMark(next + 2, ".") ? next + 3 : next + 1
            if isMember, !form.isFollowedByProse(end),
                form.spacedWords < 4 || form.isMark(next + 2, "(") || form.isMark(next + 2, ".")
            {
                verdicts.add(.code, 65, form.range(at, next + 1), "the process of a server")
            }
        } else if (form.isWord(at, "child_process") || form.isWord(at, "mainmodule"))
            && (form.has("(") || form.spacedWords == 0)
            || isCalled && !form.isMark(next + 1, ")")
                && (form.isWord(at, "execsync") || form.isWord(at, "spawnsync")
                    || form.isWord(at, "readfilesync"))
        {
            verdicts.add(.code, 65, form.range(at, at), "a module of Node that runs programs")
        } else if form.isWord(at, "console"), form.isMark(next, "."),
            form.isMark(next + 2, "(") || form.isMark(next + 2, ".")
        {
            verdicts.add(
                .code,
                form.plainWords > 6 || form.spacedWords > 1 || isGreeting(form, next + 2) ? 40 : 58,
                form.range(at, next + 2),
                "a call of script on the server"
            )
        }
    }

    /// `console.log("hello")`: one text, and no more.
    private static func isGreeting(_ form: borrowing ValueForm, _ open: Int) -> Bool {
        let last = form.tokens.count - 1
        guard form.isMark(open, "("), form.isMark(last, ")"), last > open + 2,
            form.isMark(open + 1, "\"") || form.isMark(open + 1, "'"),
            form.tokens[last - 1].kind == .mark,
            form.tokens[last - 1].byte == form.tokens[open + 1].byte
        else { return false }
        return form.tokens[open + 2..<last - 1].allSatisfy { $0.kind != .mark }
    }

    /// `while(true);`, `do{x=new Date();}while(…)`.
    private static func loop(_ form: borrowing ValueForm, _ at: Int, _ verdicts: inout Verdicts) {
        if form.isWord(at, "while"), form.isMark(at + 1, "("), form.plainWords < 4,
            form.isWord(at + 2, "true") || form.isWord(at + 2, "1")
        {
            verdicts.add(.code, 58, form.range(at, at + 2), "a loop of script")
        }
        if at == 0, form.isWord(at, "while"), form.isMark(1, "("), form.tokens[1].gap == .none {
            verdicts.add(.code, 56, form.range(at, 1), "a loop of script")
        }
        if form.isWord(at, "do"), form.isMark(at + 1, "{"), form.has(";"), form.has("=") {
            verdicts.add(.code, 58, form.range(at, at + 1), "a loop of script")
        }
    }

    /// `rO0AB…`, an object that Java serialized, in base64 at each of three offsets.
    private static func serialized(
        _ form: borrowing ValueForm,
        _ first: Token,
        _ verdicts: inout Verdicts
    ) {
        let start = Int(first.start)
        guard first.count > 5, form.tokens.count < 8 else { return }
        let isObject =
            hasLetters(form, start, "rO0AB") || hasLetters(form, start, "KztAAU")
            || hasLetters(form, start, "Cs7QAF")
            || form.hasText(at: start, "aced0005") && first.count > 11
        if isObject { verdicts.add(.code, 70, form.range(0, 0), "an object that Java serialized") }
    }

    /// Whether the bytes stand there, in this case.
    private static func hasLetters(
        _ form: borrowing ValueForm,
        _ at: Int,
        _ text: StaticString
    ) -> Bool {
        guard at + text.utf8CodeUnitCount <= form.bytes.count else { return false }
        return text.withUTF8Buffer { letters in
            letters.indices.allSatisfy { form.bytes[at + $0] == letters[$0] }
        }
    }

    /// `@{[system 'id']}`: an expression within a text of Perl.
    private static func perl(_ form: borrowing ValueForm, _ verdicts: inout Verdicts) {
        guard form.has("@"), form.has("{"), let at = form.find("@{") else { return }
        var next = at + 2
        while next < form.bytes.count, ByteClass.isBlank(form.bytes[next]) { next += 1 }
        if next < form.bytes.count, form.bytes[next] == UInt8(ascii: "[") {
            verdicts.add(.code, 62, at..<next + 1, "an expression within a text of Perl")
        }
    }
}
