using System.Net;
using StocksDapr.Gateway.House;

namespace StocksDapr.Gateway.Accounts;

public sealed class ClosedRegistrationTests : GatewayTest
{
    protected override string[] Settings => ["--Registration:Open=false"];

    [Fact]
    public async Task Only_the_first_account_and_those_of_an_administrator_are_made()
    {
        (await House.RegisterAsync("ann")).StatusCode.Should().Be(HttpStatusCode.Created);

        await House.RegisterAsync("bob").ShouldBeProblemAsync(403, "registration_closed");
        await House.RegisterAsync("ann").ShouldBeProblemAsync(403, "registration_closed");
        (await House.RegisterAsync("bob", client: House.Local)).StatusCode.Should().Be(HttpStatusCode.Created);
        await House.RegisterAsync("bob", client: House.Local).ShouldBeProblemAsync(409, "name_taken");
    }

    [Fact]
    public async Task Of_first_accounts_made_at_the_same_time_one_is_made()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => House.RegisterAsync($"person{i}")));

        answers.Select(answer => (int)answer.StatusCode).Order().Should().Equal(201, 403, 403, 403);
    }
}
