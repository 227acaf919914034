using System.Text;

namespace StocksDapr.Sidecar.State;

/// <summary>What every state store promises. Inherited once per store.</summary>
public abstract class StateStoreTests
{
    private static readonly StateOptions FirstWrite = new("first-write", null);

    [Fact]
    public async Task A_saved_value_is_read_back_with_an_etag_that_changes_with_every_write()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1"), default);
        var first = await store.GetAsync("k", default);
        await store.SetAsync(Set("k", "1"), default);
        var second = await store.GetAsync("k", default);

        Text(first!.Value).Should().Be("1");
        first.ExpiresAt.Should().BeNull();
        second!.ETag.Should().NotBe(first.ETag);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_null_and_deleting_it_is_no_error()
    {
        var store = await CreateAsync();
        (await store.GetAsync("never", default)).Should().BeNull();
        await store.DeleteAsync(new StateDelete("never"), default);
    }

    [Fact]
    public async Task Values_may_be_empty_large_or_binary()
    {
        var store = await CreateAsync();
        byte[][] values = [[], [0, 255, 128], Enumerable.Repeat((byte)'x', 1_000_000).ToArray()];
        foreach (var value in values)
        {
            await store.SetAsync(new StateSet("bytes", value), default);
            (await store.GetAsync("bytes", default))!.Value.ToArray().Should().Equal(value);
        }
    }

    [Fact]
    public async Task Keys_differ_by_case_and_may_hold_anything()
    {
        var store = await CreateAsync();
        string[] keys = ["Case", "case", "schlüssel-☂", "a/b c", "100%", "'; drop table state; --"];
        for (var i = 0; i < keys.Length; i++) await store.SetAsync(Set(keys[i], $"{i}"), default);
        for (var i = 0; i < keys.Length; i++) Text((await store.GetAsync(keys[i], default))!.Value).Should().Be($"{i}");
    }

    [Fact]
    public async Task A_write_with_the_current_etag_succeeds_once()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1"), default);
        var etag = (await store.GetAsync("k", default))!.ETag;

        await store.SetAsync(Set("k", "2", etag, FirstWrite), default);
        await Fails<ETagException>(() => store.SetAsync(Set("k", "3", etag, FirstWrite), default), "possible etag mismatch. error from state store*");
        Text((await store.GetAsync("k", default))!.Value).Should().Be("2");
    }

    [Theory]
    [InlineData("7c4a8d09-ca95-4c28-a53d-3f1c1b6b7a11")]
    [InlineData("not an etag")]
    [InlineData("*")]
    public async Task A_wrong_etag_is_a_conflict_for_writing_and_deleting(string etag)
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1"), default);
        await Fails<ETagException>(() => store.SetAsync(Set("k", "2", etag), default));
        await Fails<ETagException>(() => store.SetAsync(Set("k", "2", etag, new StateOptions("last-write", null)), default));
        await Fails<ETagException>(() => store.DeleteAsync(new StateDelete("k", etag), default));
        await Fails<ETagException>(() => store.SetAsync(Set("not there", "2", etag), default));
        await Fails<ETagException>(() => store.DeleteAsync(new StateDelete("not there", etag), default));
        Text((await store.GetAsync("k", default))!.Value).Should().Be("1");
    }

    [Fact]
    public async Task An_empty_etag_counts_as_none()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1"), default);
        await store.SetAsync(Set("k", "2", ""), default);
        await store.DeleteAsync(new StateDelete("k", ""), default);
        (await store.GetAsync("k", default)).Should().BeNull();
    }

    [Fact]
    public async Task First_write_writes_only_what_is_not_there()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "1", null, FirstWrite), default);
        await Fails<StateStoreException>(() => store.SetAsync(Set("k", "2", null, FirstWrite), default));
        Text((await store.GetAsync("k", default))!.Value).Should().Be("1");
    }

    [Theory]
    [InlineData("firm", null, "unrecognized consistency model 'firm'")]
    [InlineData(null, "third-write", "unrecognized concurrency model 'third-write'")]
    public async Task Unknown_options_are_refused(string? consistency, string? concurrency, string expected)
    {
        var store = await CreateAsync();
        await Fails<StateStoreException>(() => store.SetAsync(Set("k", "1", null, new StateOptions(concurrency, consistency)), default), expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1")]
    public async Task Without_a_time_to_live_nothing_expires_and_a_former_one_is_removed(string? ttl)
    {
        var store = await CreateAsync();
        await store.SetAsync(new StateSet("k", Bytes("1"), Ttl: "100"), default);
        (await store.GetAsync("k", default))!.ExpiresAt.Should().NotBeNull();
        await store.SetAsync(new StateSet("k", Bytes("2"), Ttl: ttl), default);
        (await store.GetAsync("k", default))!.ExpiresAt.Should().BeNull();
    }

    [Fact]
    public async Task A_time_to_live_that_is_no_number_is_refused()
    {
        var store = await CreateAsync();
        await Fails<StateStoreException>(() => store.SetAsync(new StateSet("k", Bytes("1"), Ttl: "soon"), default), "*parsing \"soon\": invalid syntax");
        (await store.GetAsync("k", default)).Should().BeNull();
    }

    [Fact]
    public async Task What_has_expired_is_not_there_for_anyone()
    {
        var store = await CreateAsync();
        await store.SetAsync(new StateSet("k", Bytes("1"), Ttl: "1"), default);
        var etag = (await store.GetAsync("k", default))!.ETag;
        await PassAsync(TimeSpan.FromSeconds(1.2));

        (await store.GetAsync("k", default)).Should().BeNull();
        (await store.GetManyAsync(["k"], default)).Should().Equal(new BulkEntry("k", null));
        await Fails<ETagException>(() => store.SetAsync(Set("k", "2", etag), default));
        await store.SetAsync(Set("k", "3", null, FirstWrite), default);
        Text((await store.GetAsync("k", default))!.Value).Should().Be("3");
    }

    [Fact]
    public async Task Many_values_are_read_at_once()
    {
        var store = await CreateAsync();
        await store.SetManyAsync([Set("a", "1"), Set("b", "2"), Set("c", "3")], default);
        var entries = await store.GetManyAsync(["c", "missing", "a"], default);
        entries.Should().HaveCount(3);
        entries.ToDictionary(entry => entry.Key, entry => entry.Entry is null ? null : Text(entry.Entry.Value))
            .Should().Equal(new Dictionary<string, string?> { ["c"] = "3", ["missing"] = null, ["a"] = "1" });
        (await store.GetManyAsync([], default)).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_many_values_those_without_a_conflict_are_written()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("b", "1"), default);

        var write = () => store.SetManyAsync([Set("a", "2"), Set("b", "2", Guid.NewGuid().ToString()), Set("c", "2")], default);

        await Fails<ETagException>(write, "possible etag mismatch. error from state store: possible etag mismatch. error from state store*");
        (await store.GetManyAsync(["a", "b", "c"], default)).ToDictionary(entry => entry.Key, entry => Text(entry.Entry!.Value))
            .Should().Equal(new Dictionary<string, string> { ["a"] = "2", ["b"] = "1", ["c"] = "2" });
    }

    [Fact]
    public async Task Capabilities_are_those_of_daprds_component() =>
        (await CreateAsync()).Capabilities.Should().Contain(["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "ACTOR"]);

    [Fact]
    public async Task A_transaction_does_everything()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("old", "1"), default);
        await store.TransactAsync([Set("a", "1"), new StateDelete("old"), Set("b", "2"), Set("a", "3")], default);
        Text((await store.GetAsync("a", default))!.Value).Should().Be("3");
        Text((await store.GetAsync("b", default))!.Value).Should().Be("2");
        (await store.GetAsync("old", default)).Should().BeNull();
        await store.TransactAsync([], default);
    }

    [Fact]
    public async Task A_transaction_with_a_conflict_does_nothing()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("held", "1"), default);
        StateOperation[] conflicts = [Set("held", "2", Guid.NewGuid().ToString()), new StateDelete("held", Guid.NewGuid().ToString()), Set("held", "2", null, FirstWrite)];
        foreach (var conflict in conflicts)
        {
            await Fails<StateStoreException>(() => store.TransactAsync([Set("new", "1"), conflict, new StateDelete("held")], default));
            (await store.GetAsync("new", default)).Should().BeNull();
            Text((await store.GetAsync("held", default))!.Value).Should().Be("1");
        }
    }

    [Fact]
    public async Task Of_writers_with_one_etag_exactly_one_wins()
    {
        var store = await CreateAsync();
        await store.SetAsync(Set("k", "0"), default);
        var etag = (await store.GetAsync("k", default))!.ETag;
        var outcomes = await Task.WhenAll(Enumerable.Range(1, 16).Select(async i =>
        {
            try
            {
                await store.SetAsync(Set("k", $"{i}", etag, FirstWrite), default);
                return true;
            }
            catch (ETagException)
            {
                return false;
            }
        }));
        outcomes.Count(won => won).Should().Be(1);
    }

    [Fact]
    public async Task Transactions_over_the_same_keys_never_block_each_other_for_good()
    {
        var store = await CreateAsync();
        string[] keys = [.. Enumerable.Range(0, 20).Select(i => $"k{i}")];
        await Task.WhenAll(Enumerable.Range(0, 12).Select(writer =>
        {
            var order = writer % 2 == 0 ? keys : keys.Reverse();
            return store.TransactAsync([.. order.Select(key => Set(key, $"{writer}"))], default);
        }));
        var values = (await store.GetManyAsync(keys, default)).Select(entry => Text(entry.Entry!.Value)).Distinct();
        values.Should().ContainSingle("the last transaction wrote all keys");
    }

    /// <summary>An empty store.</summary>
    private protected abstract Task<IStateStore> CreateAsync();

    /// <summary>Lets the store's clock go on.</summary>
    private protected abstract Task PassAsync(TimeSpan time);

    private protected static StateSet Set(string key, string value, string? etag = null, StateOptions options = default) => new(key, Bytes(value), etag, options);

    private protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private protected static string Text(ReadOnlyMemory<byte> value) => Encoding.UTF8.GetString(value.Span);

    private protected static async Task Fails<T>(Func<Task> act, string message = "*") where T : Exception => await act.Should().ThrowAsync<T>().WithMessage(message);
}
