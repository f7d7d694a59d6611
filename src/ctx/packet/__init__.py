"""The packet: exact token counts, the budget's order of claims, packing, rendering, receipts."""
