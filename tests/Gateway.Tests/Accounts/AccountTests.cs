using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.Accounts;

public sealed class AccountTests : GatewayTest
{
    [Fact]
    public async Task The_first_account_is_administrator_and_the_next_one_is_not()
    {
        (await MadeAsync("Ann@example.org")).Should().Be(("ann@example.org", true));
        (await MadeAsync("bob")).Should().Be(("bob", false));

        var accounts = JsonNode.Parse(await House.Local.GetStringAsync("/api/v1/accounts"))!["accounts"]!.AsArray();
        accounts.Select(account => (string)account!["name"]!).Should().Equal("ann@example.org", "bob");
        accounts.ToJsonString().Should().NotContainAny("password", "hash");
    }

    [Fact]
    public async Task Of_accounts_made_at_the_same_time_on_two_replicas_exactly_one_is_administrator()
    {
        using var replica = House.Client(null, await House.AddGatewayAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => House.RegisterAsync($"person{i}", client: i % 2 == 0 ? House.Anonymous : replica)));

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.Created);
        var made = await Task.WhenAll(answers.Select(answer => answer.Content.ReadFromJsonAsync<JsonNode>()));
        made.Count(account => (bool)account!["isAdministrator"]!).Should().Be(1);
        JsonNode.Parse(await House.Local.GetStringAsync("/api/v1/accounts"))!["accounts"]!.AsArray().Should().HaveCount(8);
    }

    [Fact]
    public async Task Of_the_same_name_asked_for_at_the_same_time_one_is_made()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => House.RegisterAsync("ann")));

        answers.Select(answer => (int)answer.StatusCode).Order().Should().Equal(201, 409, 409, 409);
    }

    [Fact]
    public async Task A_name_is_taken_whatever_its_case()
    {
        await MadeAsync("ann");

        await House.RegisterAsync(" ANN ").ShouldBeProblemAsync(409, "name_taken");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("local")]
    [InlineData("a/b/c")]
    [InlineData("../token-abc")]
    [InlineData("-ann")]
    [InlineData("ann\n")]
    [InlineData("änn")]
    [InlineData("ann||bob")]
    public async Task A_name_that_is_none_is_refused(string? name)
    {
        if (name == "ann\n")
            name = "an\nn";

        (await House.RegisterAsync(name).ShouldBeProblemAsync(400, "bad_name"))["valid"].Should().NotBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("short")]
    public async Task A_password_that_is_too_short_is_refused(string? password) =>
        await House.RegisterAsync("ann", password).ShouldBeProblemAsync(400, "bad_password");

    [Fact]
    public async Task A_password_that_is_too_long_is_refused() => await House.RegisterAsync("ann", new string('x', 129)).ShouldBeProblemAsync(400, "bad_password");

    [Fact]
    public async Task A_body_that_is_too_large_for_a_form_is_refused() =>
        await House.RegisterAsync("ann", new string('x', 100_000)).ShouldBeProblemAsync(413, "body_too_large");

    [Fact]
    public async Task A_body_that_is_no_JSON_is_refused()
    {
        using var broken = new StringContent("{", System.Text.Encoding.UTF8, "application/json");
        using var form = new StringContent("name=ann", System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");

        await House.Anonymous.PostAsync("/api/v1/accounts", broken).ShouldBeProblemAsync(400, "bad_request");
        await House.Anonymous.PostAsync("/api/v1/accounts", form).ShouldBeProblemAsync(415, "unsupported_media_type");
    }

    [Fact]
    public async Task Accounts_are_listed_for_administrators_alone()
    {
        await MadeAsync("ann");
        using var reader = House.Client(await House.TokenAsync("read", "write"));

        await reader.GetAsync("/api/v1/accounts").ShouldBeProblemAsync(403, "missing_scope");
        await House.Anonymous.GetAsync("/api/v1/accounts").ShouldBeProblemAsync(401, "no_token");
    }

    private async Task<(string, bool)> MadeAsync(string name)
    {
        using var answer = await House.RegisterAsync(name);
        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        var account = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        return ((string)account["name"]!, (bool)account["isAdministrator"]!);
    }
}
