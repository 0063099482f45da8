using System.Net;
using System.Text;
using Apex.Vpn.Protocol;
using Apex.Vpn.Protocol.Notices;
using Apex.Vpn.Routing.Directory;

namespace Apex.Vpn.Routing.Tests.Directory;

/// <summary>What a client fetches, keeps and makes do with.</summary>
public sealed class DirectoryClientTests : IDisposable
{
    private static readonly DateTimeOffset Start = Authority.Start;

    private readonly Web _web = new();
    private readonly HttpMessageInvoker _http;
    private readonly ManualClock _clock = new(Start);
    private readonly MemoryCache _cache = new();

    public DirectoryClientTests() => _http = new HttpMessageInvoker(_web);

    public void Dispose()
    {
        _http.Dispose();
        _web.Dispose();
    }

    [Fact]
    public async Task A_list_is_fetched_once_and_then_only_asked_for()
    {
        _web.Put("list", List(1), "\"one\"");
        using DirectoryClient client = Client();

        Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshListAsync());
        Assert.Equal(DirectoryVerdict.Unchanged, await client.RefreshListAsync());
        _web.Put("list", List(2), "W/\"two\"");
        Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshListAsync());
        Assert.Equal(DirectoryVerdict.Unchanged, await client.RefreshListAsync());

        Assert.Equal(["list", "list unless \"one\"", "list unless \"one\"", "list unless W/\"two\""], _web.Requests);
        Assert.Equal(2, client.List!.Version);
        Assert.True(client.CanChoose);
    }

    [Fact]
    public async Task The_tag_outlives_the_run_when_its_list_does()
    {
        _web.Put("list", List(1), "\"one\"");
        using (DirectoryClient first = Client()) await first.RefreshListAsync();
        using (DirectoryClient second = Client()) Assert.Equal(DirectoryVerdict.Unchanged, await second.RefreshListAsync());
        _cache.Items.Remove(DirectoryItem.List);
        using (DirectoryClient third = Client()) Assert.Equal(DirectoryVerdict.Accepted, await third.RefreshListAsync());

        Assert.Equal(["list", "list unless \"one\"", "list"], _web.Requests);
    }

    [Fact]
    public async Task The_tag_of_a_list_that_was_refused_is_not_kept()
    {
        _web.Put("list", List(2), "\"two\"");
        using DirectoryClient client = Client();
        await client.RefreshListAsync();
        _web.Put("list", List(1), "\"one\"");

        Assert.Equal(DirectoryVerdict.Rollback, await client.RefreshListAsync());
        Assert.Equal(DirectoryVerdict.Rollback, await client.RefreshListAsync());
        Assert.Equal("list unless \"two\"", _web.Requests[^1]);
        Assert.Equal(2, client.List!.Version);
    }

    [Fact]
    public async Task Without_a_network_the_last_good_list_serves_and_before_the_first_the_applications_own()
    {
        _web.Instead = static _ => throw new HttpRequestException("no route");
        using (DirectoryClient first = Client(bundled: List(1)))
        {
            Assert.Equal(DirectoryVerdict.Accepted, await first.StartAsync());
            Assert.Equal(DirectoryVerdict.Unreachable, await first.RefreshListAsync());
            Assert.Equal(1, first.List!.Version);
            Assert.True(first.CanChoose);
            Assert.Null(first.SignedNow());
        }
        _web.Instead = null;
        _web.Put("list", List(7));
        using (DirectoryClient second = Client(bundled: List(1))) Assert.Equal(DirectoryVerdict.Accepted, await second.RefreshListAsync());
        _web.Instead = static _ => throw new HttpRequestException("no route");
        using DirectoryClient third = Client(bundled: List(1)), newer = Client(bundled: List(9));
        Assert.Equal(DirectoryVerdict.Accepted, await third.StartAsync());
        Assert.Equal(7, third.List!.Version);
        Assert.Equal(DirectoryVerdict.Accepted, await newer.StartAsync());
        Assert.Equal(9, newer.List!.Version);
    }

    [Fact]
    public async Task Without_the_list_that_it_saw_a_client_reaches_the_control_plane_by_an_older_one()
    {
        _web.Put("list", List(7));
        using (DirectoryClient first = Client()) await first.RefreshListAsync();
        _cache.Items[DirectoryItem.List] = [1, 2, 3];

        using DirectoryClient client = Client(bundled: List(1));
        Assert.Equal(DirectoryVerdict.Expired, await client.StartAsync());
        Assert.Equal(1, client.List!.Version);
        Assert.False(client.CanChoose);
        Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshListAsync());
        Assert.True(client.CanChoose);
    }

    [Fact]
    public async Task A_memory_that_cannot_be_read_is_none()
    {
        foreach (string memory in new[] { "", "\xFF", "null", "{\"version\":-1}", "{\"digest\":\"zz\"}", "[1]" })
        {
            _cache.Items[DirectoryItem.Memory] = Encoding.Latin1.GetBytes(memory);
            using DirectoryClient client = Client(bundled: List(1));
            Assert.Equal(DirectoryVerdict.Accepted, await client.StartAsync());
        }
    }

    [Fact]
    public async Task Signed_time_is_that_of_the_status_and_what_has_passed_since_whatever_the_wall_clock_says()
    {
        foreach (int years in new[] { -10, 0, 10 })
        {
            var clock = new ManualClock(Start.AddYears(years));
            _web.Put("list", List(1));
            using DirectoryClient client = Client(clock: clock, cache: new MemoryCache());
            await client.RefreshListAsync();
            _web.Put("status", Status(client.List!, 1, Start));
            Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshStatusAsync());

            Assert.Equal(Start, client.SignedNow());
            Assert.NotNull(client.Status);
            clock.Advance(TimeSpan.FromSeconds(50));
            Assert.Equal(Start.AddSeconds(49.95), client.SignedNow());
            clock.Advance(TimeSpan.FromSeconds(41));
            Assert.Null(client.Status);
            Assert.Equal(DirectoryVerdict.Frozen, await client.RefreshStatusAsync());
            Assert.True(client.CanChoose);
            clock.Advance(TimeSpan.FromDays(31));
            Assert.False(client.CanChoose);
            Assert.Equal(DirectoryVerdict.Frozen, await client.RefreshListAsync());
        }
    }

    [Fact]
    public async Task Statuses_that_are_always_late_do_not_hold_the_time_back()
    {
        _web.Put("list", List(1));
        using DirectoryClient client = Client();
        await client.RefreshListAsync();
        // Somebody holds the first back for 80 s and lets the next ones pass so slowly that with each a second goes by instead of thirty.
        DateTimeOffset truth = Start;
        for (int sequence = 1; sequence <= 10; sequence++)
        {
            _web.Put("status", Status(client.List!, sequence, Start.AddSeconds(sequence - 81)));
            await client.RefreshStatusAsync();
            _clock.Advance(TimeSpan.FromSeconds(30));
            truth = truth.AddSeconds(30);
        }

        Assert.InRange(truth - client.SignedNow()!.Value, TimeSpan.FromSeconds(80), TimeSpan.FromSeconds(81));
    }

    [Fact]
    public async Task A_clock_that_is_fast_by_half_a_thousandth_does_not_outrun_the_status()
    {
        _web.Put("list", List(1));
        using DirectoryClient client = Client();
        await client.RefreshListAsync();
        DateTimeOffset truth = Start;
        foreach (int hours in new[] { 1, 24, 300 })
        {
            _clock.Advance(TimeSpan.FromHours(hours) * 1.0005);
            truth = truth.AddHours(hours);
            _web.Put("status", Status(client.List!, truth.ToUnixTimeSeconds(), truth));
            Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshStatusAsync());
            Assert.Equal(truth, client.SignedNow());
        }
    }

    [Fact]
    public async Task A_status_of_another_list_brings_that_list()
    {
        ServerList newer = Authority.Read(List(2));
        _web.Put("list", List(1), "\"1\"");
        using DirectoryClient client = Client();
        await client.RefreshListAsync();
        _web.Put("list", List(2), "\"2\"");
        _web.Put("status", Status(newer, 1, Start));

        Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshStatusAsync());
        Assert.Equal((2, 1), (client.List!.Version, client.Status!.Sequence));
        Assert.Equal(["list", "status", "list unless \"1\""], _web.Requests);
        // And one of a list that nobody has is left alone.
        _web.Put("status", Status(Authority.Read(List(3)), 2, Start));
        Assert.Equal(DirectoryVerdict.OtherList, await client.RefreshStatusAsync());
        Assert.Equal(1, client.Status!.Sequence);
    }

    [Fact]
    public async Task A_new_generation_forgets_the_time_that_the_former_told()
    {
        using SigningKey stolen = Authority.KeyOf(40), fresh = Authority.KeyOf(41);
        ListSigner thief = new(stolen, Authority.Certify(stolen)), owner = new(fresh, Authority.Certify(fresh, generation: 1));
        _web.Put("list", thief.SignList(Fleets.Small()));
        using DirectoryClient client = Client();
        await client.RefreshListAsync();
        _web.Put("status", thief.SignStatus(client.List!, Fleets.Status(client.List!, 1_000_000, Start.AddDays(60))));
        await client.RefreshStatusAsync();
        Assert.False(client.CanChoose);

        _web.Put("list", owner.SignList(Fleets.Small(version: 2)));
        Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshListAsync());
        Assert.Null(client.SignedNow());
        Assert.True(client.CanChoose);
        _web.Put("status", owner.SignStatus(client.List!, Fleets.Status(client.List!, 1, Start.AddHours(1))));
        Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshStatusAsync());
        Assert.Equal(Start.AddHours(1), client.SignedNow());
    }

    [Fact]
    public async Task Answers_that_are_no_file_are_told_apart()
    {
        using DirectoryClient client = Client();

        Assert.Equal(DirectoryVerdict.UnexpectedAnswer, await client.RefreshListAsync());
        _web.Instead = static _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotModified));
        Assert.Equal(DirectoryVerdict.UnexpectedAnswer, await client.RefreshListAsync());
        _web.Instead = static _ => throw new IOException("reset");
        Assert.Equal(DirectoryVerdict.Unreachable, await client.RefreshListAsync());
        _web.Instead = static _ => Task.FromResult(new HttpResponseMessage { Content = new StreamContent(new Endless()) });
        Assert.Equal(DirectoryVerdict.TooLarge, await client.RefreshStatusAsync());
        var large = new ByteArrayContent(new byte[ServerListReader.MaxSize + 1]);
        _web.Instead = _ => Task.FromResult(new HttpResponseMessage { Content = large });
        Assert.Equal(DirectoryVerdict.TooLarge, await client.RefreshListAsync());
        _web.Instead = static _ => Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent("<html>"u8.ToArray()) });
        Assert.Equal(DirectoryVerdict.OtherKind, await client.RefreshListAsync());
        _web.Instead = static _ => throw new InvalidDataException("gzip");
        Assert.Equal(DirectoryVerdict.UnexpectedAnswer, await client.RefreshProfilesAsync());
        Assert.Equal(DirectoryVerdict.None, await client.StartAsync());
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_given_up_and_a_caller_who_gives_up_is_heard()
    {
        using DirectoryClient client = Client();
        _web.Instead = static async cancellationToken =>
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            throw new InvalidOperationException();
        };

        Task<DirectoryVerdict> refresh = client.RefreshListAsync();
        Assert.False(refresh.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(DirectoryVerdict.Unreachable, await refresh);

        using var caller = new CancellationTokenSource();
        refresh = client.RefreshListAsync(caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refresh);
    }

    [Fact]
    public async Task A_cache_that_fails_is_told_of_and_done_without()
    {
        _cache.Failure = new IOException("full");
        var told = new List<Exception>();
        _web.Put("list", List(1));
        using DirectoryClient client = Client(failed: told.Add);

        Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshListAsync());
        Assert.Equal(1, client.List!.Version);
        Assert.Equal([_cache.Failure, _cache.Failure], told);
    }

    [Fact]
    public async Task Profiles_are_kept_with_their_tag()
    {
        var profiles = new SignedProfiles { Sequence = 1, Issued = Start, NotAfter = Start.AddHours(2), Payload = new byte[] { 7 } };
        _web.Put("profiles", Authority.Signer.SignProfiles(profiles), "\"p\"");
        using (DirectoryClient first = Client()) Assert.Equal(DirectoryVerdict.Accepted, await first.RefreshProfilesAsync());
        using DirectoryClient second = Client();
        Assert.Equal(DirectoryVerdict.Unchanged, await second.RefreshProfilesAsync());

        Assert.Equal([7], second.Profiles!.Payload.ToArray());
        Assert.Equal(["profiles", "profiles unless \"p\""], _web.Requests);
    }

    [Fact]
    public async Task What_a_status_told_is_kept_now_and_then()
    {
        _web.Put("list", List(1));
        using DirectoryClient client = Client();
        await client.RefreshListAsync();
        for (int i = 1; i <= 100; i++)
        {
            _web.Put("status", Status(client.List!, i, Start.AddSeconds(30 * i)));
            Assert.Equal(DirectoryVerdict.Accepted, await client.RefreshStatusAsync());
        }

        Assert.Equal(1 + 5, _cache.Saves(DirectoryItem.Memory)); // with the list, and every ten of fifty minutes
        _web.Put("status", Status(client.List!, 60, Start.AddSeconds(30 * 60)));
        using DirectoryClient again = Client();
        Assert.Equal(DirectoryVerdict.Rollback, await again.RefreshStatusAsync());
    }

    [Fact]
    public async Task A_device_hears_notices_by_the_keys_and_the_time_of_the_directory()
    {
        _web.Put("list", List(1));
        using DirectoryClient client = Client();
        await client.RefreshListAsync();
        _web.Put("status", Status(client.List!, 1, Start));
        await client.RefreshStatusAsync();
        byte[] signature = new byte[SignaturePublicKey.SignatureSize];
        Authority.Online.Sign([1, 2, 3], signature);

        var options = new NoticeClientOptions
        {
            Verifier = new Ed25519NoticeVerifier(client.List!.NoticeKeysAt(client.SignedNow()!.Value)),
            SignedTime = client.SignedNow,
        };
        Assert.True(options.Verifier.Verify([1, 2, 3], signature));
        Assert.Equal(Start, options.SignedTime());
    }

    [Fact]
    public void A_base_address_is_a_folder()
    {
        Assert.Throws<ArgumentException>(() => Client(baseAddress: new Uri("https://directory.example/v1")));
        Assert.Throws<ArgumentException>(() => Client(baseAddress: new Uri("v1/", UriKind.Relative)));
    }

    private static byte[] List(long version) => Authority.Signer.SignList(Fleets.Small(version));

    private static byte[] Status(ServerList list, long sequence, DateTimeOffset issued) =>
        Authority.Signer.SignStatus(list, Fleets.Status(list, sequence, issued));

    private DirectoryClient Client(
        byte[]? bundled = null,
        ManualClock? clock = null,
        MemoryCache? cache = null,
        Action<Exception>? failed = null,
        Uri? baseAddress = null) =>
        new(new DirectoryClientOptions
        {
            BaseAddress = baseAddress ?? Web.Base,
            Http = _http,
            Roots = Authority.Trusted,
            Cache = cache ?? _cache,
            BundledList = bundled,
            Clock = clock ?? _clock,
            CacheFailed = failed,
        });

    /// <summary>A cache in memory, which may fail.</summary>
    private sealed class MemoryCache : IDirectoryCache
    {
        private readonly List<DirectoryItem> _saves = [];

        internal Dictionary<DirectoryItem, byte[]> Items { get; } = [];

        internal Exception? Failure { get; set; }

        public ValueTask<byte[]?> LoadAsync(DirectoryItem item, CancellationToken cancellationToken) => new(Items.GetValueOrDefault(item));

        public ValueTask SaveAsync(DirectoryItem item, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            if (Failure is not null) throw Failure;
            _saves.Add(item);
            Items[item] = content.ToArray();
            return ValueTask.CompletedTask;
        }

        internal int Saves(DirectoryItem item) => _saves.Count(saved => saved == item);
    }

    /// <summary>A body without an end.</summary>
    private sealed class Endless : MemoryStream
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => buffer.Length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }
}
