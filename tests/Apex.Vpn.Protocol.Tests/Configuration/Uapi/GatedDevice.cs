using System.Runtime.CompilerServices;
using Apex.Vpn.Protocol.Configuration;

namespace Apex.Vpn.Protocol.Tests.Configuration;

/// <summary>A device that counts who is inside and lets them out one by one.</summary>
internal sealed class GatedDevice : IDeviceControl, IDisposable
{
    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _gate = new(0);
    private int _inside;
    private int _most;

    public int Most => Volatile.Read(ref _most);

    public async Task EnteredAsync(TimeSpan patience) => Assert.True(await _entered.WaitAsync(patience));

    public void LetOneGo() => _gate.Release();

    public ValueTask ApplyAsync(DeviceUpdate update, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<DeviceStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        int inside = Interlocked.Increment(ref _inside);
        int most = Most;
        while (inside > most && Interlocked.CompareExchange(ref _most, inside, most) is var seen && seen != most) most = seen;
        _entered.Release();
        await _gate.WaitAsync(cancellationToken);
        Interlocked.Decrement(ref _inside);
        return new DeviceStatus();
    }

    public bool TryCopyPrivateKey(Span<byte> destination) => false;

    public bool TryCopyPresharedKey(PublicKey peer, Span<byte> destination) => false;

    public async IAsyncEnumerable<PeerStatus> ReadPeersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public void Dispose()
    {
        _entered.Dispose();
        _gate.Dispose();
    }
}
