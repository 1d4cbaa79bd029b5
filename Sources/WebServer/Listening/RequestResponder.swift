// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import HummingbirdCore
import EventModel
import HTTPTypes
import NIOCore

/// Takes a request from the wire to its answer on the wire, within all limits.
///
/// ```
/// limits ─► host, origin ─► route ─► caller, role, CSRF ─► parameters ─► handler
/// ```
final class RequestResponder: Sendable {
    private let routes: RouteTable
    private let files: StaticFiles
    private let context: ServerContext
    private let headers: SecurityHeaders
    private let active: ActiveRequests

    init(
        _ routes: RouteTable,
        _ files: StaticFiles,
        _ context: ServerContext,
        _ active: ActiveRequests
    ) {
        self.active = active
        self.routes = routes
        self.files = files
        self.context = context
        headers = SecurityHeaders(isEncrypted: context.isEncrypted)
    }

    /// Answers a request; throws only when the connection is gone.
    func respond(
        _ request: Request,
        _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        let start = ContinuousClock.now
        // Closing ends what a slow or silent client would hold for ever.
        let deadline = channel.eventLoop.scheduleTask(in: context.closingTime) {
            channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        var outcome: Outcome
        if active.enter() {
            outcome = await answer(request, channel)
        } else {
            context.metrics.recordRefusal()
            outcome = Outcome(problem: Self.busy)
        }
        finish(&outcome.response, request)
        context.metrics.record(
            outcome.route,
            status: outcome.response.status.code,
            ContinuousClock.now - start
        )
        guard outcome.response.body.contentLength == nil else {
            defer { active.leave() }
            try await write(outcome, request, writer)
            if outcome.closes { channel.close(promise: nil) }
            return
        }
        active.leave()
        deadline.cancel()
        try await stream(outcome, writer, channel)
    }

    private func write(
        _ outcome: Outcome,
        _ request: Request,
        _ writer: consuming ResponseWriter
    ) async throws {
        let body = request.method == .head ? ResponseBody() : outcome.response.body
        try await writer.write(response: outcome.response.head, body: body)
    }

    /// Writes an answer that goes on, if there is a place for it.
    private func stream(
        _ outcome: Outcome,
        _ writer: consuming ResponseWriter,
        _ channel: any Channel
    ) async throws {
        let streams = context.streams
        guard let place = streams.enter(outcome.mailbox, outcome.caller, channel) else {
            context.metrics.recordRefusal()
            var response = Self.busy.response
            finish(&response, nil)
            try await writer.write(response: response.head, body: response.body)
            return
        }
        defer { streams.leave(place) }
        let body = outcome.response.body.map { buffer in
            streams.progress(place)
            return buffer
        }
        try await writer.write(response: outcome.response.head, body: body)
    }

    private func finish(_ response: inout Response, _ request: Request?) {
        headers.apply(to: &response)
        response.headers[.date] = HTTPDate.text(seconds: context.clock.timestamp.seconds)
    }

    private static var busy: Problem {
        var problem = Problem(
            .serviceUnavailable,
            "too-many-requests",
            "too many requests at once; try again in a moment"
        )
        problem.retryAfter = 1
        return problem
    }

    // MARK: Answering

    /// An answer and what it was to.
    private struct Outcome {
        var response: Response
        /// A pattern of ours.
        var route = "-"
        var caller: Caller?
        var mailbox: EventMailbox?
        /// Whether the connection cannot be used any more.
        var closes = false

        init(_ response: Response) {
            self.response = response
        }

        init(problem: Problem) {
            response = problem.response
            closes = problem.status == .contentTooLarge || problem.code == "timed-out"
        }
    }

    private func answer(_ request: Request, _ channel: any Channel) async -> Outcome {
        let target = request.head.path ?? ""
        guard target.first == "/" else {
            return Outcome(problem: Problem(.badRequest, "invalid-target", "a path is needed"))
        }
        let path = target.prefix { $0 != "?" }
        do {
            try context.guardian.check(request.head)
            switch routes.match(request.method, path) {
            case .route(let route, let segments):
                var outcome = await answer(request, route, segments, channel)
                outcome.route = route.path
                return outcome
            case .otherMethods(let methods):
                var problem = Problem(.methodNotAllowed, "method-not-allowed", "not by this method")
                problem.allowed = methods
                throw problem
            case .none:
                var outcome = Outcome(try files.response(request, path))
                outcome.route = "file"
                return outcome
            }
        } catch {
            return Outcome(problem: ProblemMapping.problem(for: error))
        }
    }

    private func answer(
        _ request: Request,
        _ route: Route,
        _ segments: [String: String],
        _ channel: any Channel
    ) async -> Outcome {
        do {
            let caller = try await admit(request, route)
            let mailbox = route.content.type == "text/event-stream" ? EventMailbox() : nil
            let query = (request.head.path ?? "").drop { $0 != "?" }.dropFirst()
            let exchange = Exchange(
                request: request,
                segments: segments,
                parameters: try QueryParameters(query, known: route.parameters.map(\.name)),
                caller: caller,
                client: ClientAddress(channel.remoteAddress),
                now: context.clock.timestamp,
                mailbox: mailbox
            )
            var outcome = Outcome(try await inTime { try await route.handle(exchange) })
            outcome.caller = caller
            outcome.mailbox = mailbox
            return outcome
        } catch {
            return Outcome(problem: ProblemMapping.problem(for: error))
        }
    }

    /// Who asks, when they may.
    private func admit(_ request: Request, _ route: Route) async throws -> Caller? {
        let needed: Role
        switch route.access {
        case .open: return nil
        case .openOnLoopback:
            guard !context.isLoopback else { return nil }
            needed = .viewer
        case .role(let role): needed = role
        }
        guard let caller = try await context.signIn.caller(of: request.headers) else {
            throw SignIn.notSignedIn("sign in first, or send a bearer token")
        }
        try context.guardian.check(request.head, of: caller)
        guard caller.role >= needed else {
            throw Problem(
                .forbidden,
                "role",
                "this needs the role \(needed.rawValue); \(caller.user) has \(caller.role.rawValue)"
            )
        }
        return caller
    }

    /// Runs a handler, cancelled when it takes too long.
    private func inTime(
        _ handler: @escaping @Sendable () async throws -> Response
    ) async throws -> Response {
        let limit = context.timeLimit
        return try await withThrowingTaskGroup(of: Response?.self) { group in
            group.addTask { try await handler() }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            if let response = try await group.next() ?? nil { return response }
            context.metrics.recordTimeOut()
            throw Problem(
                .serviceUnavailable,
                "timed-out",
                "the answer took longer than \(limit.components.seconds) seconds; ask for less"
            )
        }
    }
}
