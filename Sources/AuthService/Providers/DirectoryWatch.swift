import Directory
import Foundation
import Logging
import Model

/// Puts accounts out of use whose people a directory no longer has, or no longer lets in: between sign-ins nobody else
/// would notice. A directory that is away, or shows nobody, says nothing about anybody.
struct DirectoryWatch: Sendable {
    let store: DirectoryWatchStore
    let providers: ProviderStore
    let accounts: AccountStore
    let vault: ProviderVault
    let directory: Directory
    let logger: Logger

    /// Looks at once and then after each `interval`, until the task is cancelled.
    func run(every interval: Duration) async throws {
        while true {
            await look()
            try await Task.sleep(for: interval)
        }
    }

    func look() async {
        do {
            for id in try await store.directories() { await look(at: id) }
        } catch {
            logger.warning("people of directories were not looked after", metadata: ["error": "\(error)"])
        }
    }

    private func look(at id: ID<Provider>) async {
        do {
            guard let kept = try await providers.find(id) else { return }
            let question = try kept.question(vault)
            var after = ""
            while true {
                let people = try await store.people(of: id, after: after, limit: DirectoryQuestion.peopleAtOnce)
                guard let last = people.last else { return }
                let gone = try await directory.absent(
                    people.map(\.subject), by: kept.provider.subjectClaim, question)
                for person in people where gone.contains(person.subject) { try await end(person, kept.provider) }
                after = last.subject
            }
        } catch {
            logger.warning(
                "a directory does not say who is there", metadata: ["provider": "\(id.text)", "error": "\(error)"])
        }
    }

    /// The last administrator of the instance stays, whatever a directory says.
    private func end(_ person: DirectoryWatchStore.Person, _ provider: Provider) async throws {
        let event = AuditEvent(
            AuditEvent.Actor(id: .none, name: provider.label), "account.deactivate", on: person.account.text,
            detail: [
                "name": person.name, "provider": provider.label, "provider_id": provider.id.text,
                "subject": person.subject, "why": "absent",
            ])
        do {
            guard try await accounts.deactivate(person.account, telling: event) else { return }
            logger.notice("an account is out of use: its directory has nobody", metadata: ["account": "\(person.name)"])
        } catch let failure as Failure where failure.reason == "last_owner" {
            logger.warning(
                "the directory has no entry of the last administrator", metadata: ["account": "\(person.name)"])
        }
    }
}
