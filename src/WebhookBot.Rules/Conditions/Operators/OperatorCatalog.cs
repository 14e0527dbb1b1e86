namespace WebhookBot.Rules.Conditions.Operators;

/// <summary>Every operator, in the order of the reference page.</summary>
internal static class OperatorCatalog
{
    public static IReadOnlyList<IOperator> All { get; } =
    [
        new IsOperator(),
        new NotOperator(),
        new AnyOperator(),
        new AllOperator(),
        new NoneOperator(),
        new MatchesOperator(),
        new StartsWithOperator(),
        new EndsWithOperator(),
        new ContainsOperator(),
        new GtOperator(),
        new GteOperator(),
        new LtOperator(),
        new LteOperator(),
        new OlderThanOperator(),
        new NewerThanOperator(),
        new WithinOperator(),
        new ExistsOperator(),
        new CountOperator(),
    ];

    public static IReadOnlyDictionary<string, IOperator> ByName { get; } = All.ToDictionary(o => o.Name, StringComparer.Ordinal);
}
