using StocksDapr.Support;

namespace StocksDapr.Sidecar.State;

public sealed class InMemoryStateStoreTests : StateStoreTests, IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<IStateStore> _stores = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
    }

    [Fact]
    public async Task Expired_entries_leave_the_memory()
    {
        var store = (InMemoryStateStore)await CreateAsync();
        await store.SetAsync(new StateSet("short", Bytes("1"), Ttl: "2"), default);
        await store.SetAsync(Set("long", "1"), default);
        await PassAsync(TimeSpan.FromSeconds(4));
        store.Count.Should().Be(1);
    }

    [Theory]
    [InlineData("-2")]
    [InlineData("-100")]
    public async Task Every_negative_time_to_live_means_none(string ttl)
    {
        var store = await CreateAsync();
        await store.SetAsync(new StateSet("k", Bytes("1"), Ttl: ttl), default);
        (await store.GetAsync("k", default))!.ExpiresAt.Should().BeNull();
    }

    [Theory]
    [InlineData("9223372036", true)]
    [InlineData("9999999999", false)]
    [InlineData("9223372036854775807", false)]
    public async Task A_time_to_live_beyond_all_calendars_is_no_error_but_overflows_as_in_Go(string ttl, bool isThere)
    {
        var store = await CreateAsync();
        await store.SetAsync(new StateSet("k", Bytes("1"), Ttl: ttl), default);
        (await store.GetAsync("k", default) is not null).Should().Be(isThere);
    }

    [Theory]
    [InlineData("soon", "strconv.Atoi: parsing \"soon\": invalid syntax")]
    [InlineData("9223372036854775808", "strconv.Atoi: parsing \"9223372036854775808\": value out of range")]
    public async Task A_time_to_live_that_is_no_number_is_refused_in_Gos_words(string ttl, string message)
    {
        var store = await CreateAsync();
        await Fails<StateStoreException>(() => store.SetAsync(new StateSet("k", Bytes("1"), Ttl: ttl), default), message);
    }

    [Fact]
    public async Task The_options_of_a_delete_are_looked_at_only_outside_of_a_transaction()
    {
        var store = await CreateAsync();
        var delete = new StateDelete("k", null, new StateOptions("some-write", null));
        await store.TransactAsync([delete], default);
        await Fails<StateStoreException>(() => store.DeleteAsync(delete, default), "unrecognized concurrency model 'some-write'");
    }

    [Fact]
    public async Task Many_values_come_in_the_order_asked_for_even_twice()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("a", "1"), default);
        var entries = await store.GetManyAsync(["x", "a", "a"], default);
        entries.Select(entry => entry.Key).Should().Equal("x", "a", "a");
        entries.Select(entry => entry.Entry is null).Should().Equal(true, false, false);
    }

    [Fact]
    public async Task First_write_over_something_is_a_conflict()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1"), default);
        await Fails<ETagException>(
            () => store.SetAsync(Set("k", "2", null, new StateOptions("first-write", null)), default), "*item already exists and no etag was passed");
    }

    private protected override async Task<IStateStore> CreateAsync()
    {
        var store = new InMemoryStateStore(KeyPrefix.Of("none", "store", "app", null), _time);
        await store.InitAsync(default);
        _stores.Add(store);
        return store;
    }

    private protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }
}
