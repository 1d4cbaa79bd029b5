// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import EventModel
import Glibc
import Patterns

/// `jaga regex`: which lines a pattern takes, and what it captures.
struct Regex: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Test a pattern against the lines on standard input.",
        discussion: """
            Prints each line that matches as NUMBER:LINE, and below it the captures, indented.

            With --cases, standard input holds lines of `type, pattern, subject`, separated by \
            tabs (types osregex, osregex0, osmatch); each comes back with match, nomatch or \
            badpattern, the result's offset, and the captures.

            EXAMPLES
              jaga regex '^(\\S+) sshd' < /var/log/auth.log
              jaga regex --type pcre2 '(?i)union\\s+select' < access.log
              jaga regex --cases < cases.tsv

            EXIT CODES
              0 a line matched   1 none did   2 the pattern is wrong
            """
    )

    @Option(help: "The pattern's language: osregex, osmatch or pcre2.")
    var type: PatternType = .osregex

    @Flag(help: "Read type, pattern and subject from standard input.")
    var cases = false

    @Flag(help: "Print one JSON object a matching line.")
    var json = false

    @Argument(help: "The pattern; not used with --cases.")
    var pattern: String?

    enum PatternType: String, ExpressibleByArgument, CaseIterable {
        case osregex, osmatch, pcre2

        var kind: PatternKind {
            switch self {
            case .osregex: .osregex
            case .osmatch: .osmatch
            case .pcre2: .pcre2
            }
        }
    }

    func validate() throws {
        if cases, pattern != nil {
            throw ValidationError("--cases reads patterns from standard input: give none")
        }
        if !cases, pattern == nil {
            throw ValidationError("a pattern is missing: jaga regex '^error'")
        }
    }

    func run() throws {
        if let pattern { try search(pattern) } else { try answerCases() }
    }

    private func search(_ text: String) throws {
        let pattern: Pattern
        do {
            pattern = try Pattern([UInt8](text.utf8), kind: type.kind, capturing: true)
        } catch {
            Terminal.note("jaga: pattern, column \(error.offset + 1): \(error.message)")
            throw ExitCode(ExitStatus.usage)
        }
        var reader = LineReader(descriptor: STDIN_FILENO)
        var captures = Captures()
        var output: [UInt8] = []
        var number = 0
        var found = false
        while reader.next({ line in
            number += 1
            guard pattern.firstMatch(in: line, captures: &captures) != nil else { return }
            found = true
            append(line, number, captures, to: &output)
            if output.count > 1 << 16 {
                Terminal.write(output)
                output.removeAll(keepingCapacity: true)
            }
        }) {}
        Terminal.write(output)
        if !found { throw ExitCode(1) }
    }

    private func append(
        _ line: Span<UInt8>,
        _ number: Int,
        _ captures: Captures,
        to output: inout [UInt8]
    ) {
        if json {
            output.append(text: "{\"line\":\(number),\"text\":")
            output.appendJSONString(line)
            output.append(text: ",\"captures\":[")
            for index in 0..<captures.count {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output.appendJSONString(line.extracting(captures[index]))
            }
            output.append(text: "]}\n")
            return
        }
        output.append(text: "\(number):")
        output.append(span: line)
        output.append(UInt8(ascii: "\n"))
        for index in 0..<captures.count {
            output.append(text: "    \(index + 1): ")
            output.append(span: line.extracting(captures[index]))
            output.append(UInt8(ascii: "\n"))
        }
    }

    private func answerCases() throws {
        var reader = LineReader(descriptor: STDIN_FILENO)
        var output: [UInt8] = []
        var number = 0
        var failure: String?
        while failure == nil,
            reader.next({ line in
                number += 1
                do throws(PatternCases.LineError) {
                    try PatternCases.answer(line, to: &output)
                } catch {
                    failure = "line \(number): \(error.message)"
                }
                if output.count > 1 << 16 {
                    Terminal.write(output)
                    output.removeAll(keepingCapacity: true)
                }
            })
        {}
        Terminal.write(output)
        if let failure {
            Terminal.note("jaga: standard input, \(failure)")
            throw ExitCode(ExitStatus.usage)
        }
    }
}
