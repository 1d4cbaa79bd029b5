// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import EventModel
import HTTPTypes
import AlertStore

/// What a client is told of an error.
enum ProblemMapping {
    /// The problem; an error that no client should meet says nothing of its
    /// inside.
    static func problem(for error: any Error) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as AlertIndexError: problem(error)
        case let error as ContainerSourceError: problem(error)
        case let refusal as ReloadRefusal: problem(refusal)
        case let error as WebServerError:
            Problem(.internalServerError, error.code.rawValue, error.message)
        case is CancellationError:
            Problem(.serviceUnavailable, "ending", "the server ends, or the request was given up")
        default:
            Problem(
                .internalServerError,
                "internal",
                "this should not happen; see the server's log"
            )
        }
    }

    /// A mistake in a query.
    static func problem(_ error: QueryError) -> Problem {
        var problem = Problem(.badRequest, "invalid-query", error.message)
        problem.column = error.column
        problem.hint = error.hint
        return problem
    }

    private static func problem(_ error: AlertIndexError) -> Problem {
        switch error.code {
        case .invalidCursor, .tooManyBuckets:
            Problem(.badRequest, error.code.rawValue, error.message)
        case .unavailable, .locked:
            Problem(.serviceUnavailable, "index-" + error.code.rawValue, error.message)
        }
    }

    private static func problem(_ error: ContainerSourceError) -> Problem {
        switch error.code {
        case .unavailable: Problem(.serviceUnavailable, error.code.rawValue, error.message)
        case .notFound: Problem(.notFound, error.code.rawValue, error.message)
        case .noLog: Problem(.conflict, error.code.rawValue, error.message)
        }
    }

    private static func problem(_ refusal: ReloadRefusal) -> Problem {
        var problem = Problem(.unprocessableContent, "ruleset-refused", refusal.message)
        var list = JSONText()
        list.appendObjects(refusal.diagnostics) { json, diagnostic in
            json.set("severity", diagnostic.severity.rawValue)
            json.set("code", diagnostic.code)
            json.set("file", diagnostic.file)
            json.set("line", diagnostic.line)
            json.set("column", diagnostic.column)
            json.set("message", diagnostic.message)
            json.set("hint", diagnostic.hint)
        }
        problem.members = [("diagnostics", RawJSON(bytes: list.bytes))]
        return problem
    }
}
