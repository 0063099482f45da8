using Apex.Vpn.Protocol;

namespace Apex.Vpn.Routing.Directory;

/// <summary>Where a <see cref="DirectoryClient"/> gets its files from. Read once, when the client is made.</summary>
public sealed class DirectoryClientOptions
{
    /// <summary>What the paths <c>list</c>, <c>status</c> and <c>profiles</c> are added to; absolute, and ends with a slash.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>Sends requests; stays the caller's to dispose. Decompression and proxies are its business.</summary>
    public required HttpMessageInvoker Http { get; init; }

    /// <summary>Whom to believe.</summary>
    public required TrustRoots Roots { get; init; }

    /// <summary>Keeps the last good files.</summary>
    /// <value>Null by default: nothing is kept, and what is older than what an earlier run saw is not noticed.</value>
    public IDirectoryCache? Cache { get; init; }

    /// <summary>A list that came with the application, for a first start without a network.</summary>
    /// <value>Empty by default: none.</value>
    public ReadOnlyMemory<byte> BundledList { get; init; }

    /// <summary>How long one file may take, from the request to its last byte.</summary>
    /// <value>10 seconds by default.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Measures what has passed since a status came, and how long an answer takes. Its wall clock is not looked at.</summary>
    /// <value>A clock that goes on while the machine sleeps.</value>
    public TimeProvider Clock { get; init; } = SuspendAwareTimeProvider.Instance;

    /// <summary>Told when something could not be kept in <see cref="Cache"/>; the client goes on without. Must not throw.</summary>
    /// <value>Null by default.</value>
    public Action<Exception>? CacheFailed { get; init; }
}
