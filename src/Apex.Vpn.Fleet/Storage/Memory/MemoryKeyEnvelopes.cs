using Apex.Vpn.Fleet.Model;
using Apex.Vpn.Fleet.Storage.Engine;

namespace Apex.Vpn.Fleet.Storage.Memory;

internal sealed class MemoryKeyEnvelopes(MemorySession session) : IKeyEnvelopeStore
{
    public ValueTask<bool> AddAsync(KeyEnvelope envelope, CancellationToken cancellationToken = default)
    {
        Limits.CheckName(envelope.Name);
        MemoryState state = session.Write;
        if (state.KeyEnvelopes.ContainsKey((envelope.Name, envelope.Version))) return new(false);
        state.KeyEnvelopes = state.KeyEnvelopes.Add(
            (envelope.Name, envelope.Version),
            envelope with { Ciphertext = envelope.Ciphertext.ToArray(), CreatedAt = session.Now });
        return new(true);
    }

    public ValueTask<IReadOnlyList<KeyEnvelope>> ListAsync(string name, CancellationToken cancellationToken = default) =>
        new([.. session.Read.KeyEnvelopes.Values
            .Where(envelope => envelope.Name == name)
            .OrderByDescending(static envelope => envelope.Version)]);

    public ValueTask<bool> RemoveAsync(string name, long version, CancellationToken cancellationToken = default)
    {
        MemoryState state = session.Write;
        bool isThere = state.KeyEnvelopes.ContainsKey((name, version));
        state.KeyEnvelopes = state.KeyEnvelopes.Remove((name, version));
        return new(isThere);
    }
}
