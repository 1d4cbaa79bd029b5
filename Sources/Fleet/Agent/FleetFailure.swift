// Jaga - container security monitor
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FoundationEssentials
import NIOHTTP1
import NIOSSL

/// What went wrong between agent and manager, in words that help.
enum FleetFailure {
    /// Of a request that got no answer.
    static func explain(_ error: any Error, _ manager: ManagerAddress) -> any Error {
        if error is CancellationError { return error }
        if let error = error as? NIOSSLExtraError, error == .failedToValidateHostname {
            return FleetError(
                .wrongHost,
                "the certificate of \(manager) does not have this name: call the manager by a"
                    + " name that it has, or start it with --agent-name \(manager.host)",
                cause: error
            )
        }
        if let error = error as? NIOSSLError, case .handshakeFailed(let reason) = error {
            if case .sslError(let stack) = reason, stack == [.eofDuringHandshake] {
                return FleetError(
                    .connection,
                    "\(manager) hangs up: it may have too many connections from this address",
                    cause: error
                )
            }
            return FleetError(
                .wrongAuthority,
                "\(manager) is not the manager this agent knows, or a clock is wrong:"
                    + " its certificate was refused",
                cause: error
            )
        }
        return FleetError(
            .connection,
            "cannot talk to \(manager): is jaga manager running there, and the port open?",
            cause: error
        )
    }

    /// Of an answer that is a refusal.
    static func explain(
        _ response: HTTPClientResponse,
        _ bytes: [UInt8],
        _ manager: ManagerAddress
    ) -> any Error {
        // Anything may have answered: a proxy, another service.
        guard let refusal = try? JSONDecoder().decode(RefusalAnswer.self, from: Data(bytes)) else {
            return FleetError(
                .connection,
                "\(manager) answered with status \(response.status.code): is that a jaga manager's"
                    + " port for agents?"
            )
        }
        var error = FleetError(refusal.code, refusal.message)
        error.retryAfterSeconds = response.headers.first(name: "retry-after").flatMap { Int($0) }
        return error
    }
}
